"""ACT: Zhao et al., "Learning Fine-Grained Bimanual Manipulation with Low-Cost Hardware", RSS 2023; our own implementation.

A conditional variational autoencoder: in training an encoder turns the demonstrated chunk into a style, when asked the style is
zero. A transformer encodes images, joints and style, and decodes all rows of the chunk at once. No grounding, no force, no touch.

Two things are not in the paper. The step's words are one more token, since one model does many tasks. And a head says how likely
the step is done, as the learned model does, so that both are run the same way; it looks at the tokens before the style joins
them, which would give the answer away in training.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedModel

from tandem.policy.act.configuration import ActConfig
from tandem.policy.act.layers import DecoderLayer, EncoderLayer, grid_waves, waves
from tandem.policy.act.vision import ResidualEncoder
from tandem.policy.vla.encoders import TextEncoder
from tandem.policy.vla.layers import key_mask


@dataclass
class ActOutput:
    """What the network answers.

    Attributes:
        rows: joint targets in normalised units, shape (B, H, joints).
        done: logit of "the step is done", shape (B,).
        mean, spread: of the style, the latter as the logarithm of the variance, shape (B, style); None where it was not encoded.
    """

    rows: Tensor
    done: Tensor
    mean: Tensor | None = None
    spread: Tensor | None = None


class Act(PreTrainedModel):
    """Predicts chunks of joint targets. Inputs are what `ActProcessor` makes."""

    config_class = ActConfig
    base_model_prefix = "tandem_act"
    main_input_name = "joints"

    def __init__(self, config: ActConfig) -> None:
        super().__init__(config)
        width = config.width
        shape = (width, config.heads, config.feed, config.dropout)
        self.vision = ResidualEncoder(config.vision_channels, config.vision_blocks)
        self.vision_in = nn.Linear(config.vision_channels[-1], width)
        self.text = TextEncoder(config)
        self.joints_in, self.style_in = nn.Linear(config.joints, width), nn.Linear(config.style, width)
        self.place = nn.Parameter(0.02 * torch.randn(3, width))
        self.encoder = nn.ModuleList(EncoderLayer(*shape) for _ in range(config.encoder_layers))
        self.queries = nn.Parameter(torch.randn(config.rows, width))
        self.decoder = nn.ModuleList(DecoderLayer(*shape) for _ in range(config.decoder_layers))
        self.rows_out = nn.Linear(width, config.joints)
        self.done_query, self.done_layer = nn.Parameter(torch.randn(1, width)), DecoderLayer(*shape)
        self.done_out = nn.Linear(width, 1)
        self.style = StyleEncoder(config)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.05)

    def get_input_embeddings(self) -> None:  # type: ignore[override]
        """It has none that all its inputs go through; what spreads weights over GPUs asks."""

    def forward(
        self,
        joints: Tensor,
        images: Tensor,
        words: Tensor,
        words_there: Tensor,
        images_there: Tensor | None = None,
        rows: Tensor | None = None,
        rows_count: Tensor | None = None,
    ) -> ActOutput:
        """Predict a chunk; with the demonstrated ``rows`` through the style that is drawn for them, else with the style zero.

        Args:
            joints: measured, normalised, shape (B, joints).
            images: shape (B, cameras, 3, size, size), 0 to 1.
            words, words_there: shape (B, L).
            images_there: which cameras are there, shape (B, cameras); all by default.
            rows: normalised, shape (B, H, joints).
            rows_count: which of them are known, shape (B, H); all by default.
        """
        mean = spread = None
        style = joints.new_zeros(len(joints), self.config.style)
        if rows is not None:
            counted = torch.ones(rows.shape[:2], dtype=torch.bool, device=rows.device) if rows_count is None else rows_count
            mean, spread = self.style(joints, rows, counted)
            style = mean + torch.exp(0.5 * spread) * torch.randn_like(mean)
        seen, there, places = self._tokens(joints, images, images_there, words, words_there)
        done = self.done_query.expand(len(joints), -1, -1)
        done = self.done_layer(torch.zeros_like(done), done, seen, places, key_mask(there))
        memory = torch.cat([self.style_in(style)[:, None], seen], dim=1)
        places = torch.cat([self.place[:1], places])
        mask = key_mask(torch.cat([torch.ones_like(there[:, :1]), there], dim=1))
        for layer in self.encoder:
            memory = layer(memory, places, mask)
        queries = self.queries.expand(len(joints), -1, -1)
        chunk = torch.zeros_like(queries)
        for layer in self.decoder:
            chunk = layer(chunk, queries, memory, places, mask)
        return ActOutput(self.rows_out(chunk), self.done_out(done)[:, 0, 0], mean, spread)

    def _tokens(
        self, joints: Tensor, images: Tensor, images_there: Tensor | None, words: Tensor, words_there: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Joints, words and images as tokens (B, S, width), which are there (B, S), and their places (S, width)."""
        count, cameras = images.shape[:2]
        maps = self.vision(images.flatten(0, 1))
        grid = grid_waves(maps.shape[-1], self.config.width, maps.device)
        shown = torch.ones(count, cameras, dtype=torch.bool, device=maps.device) if images_there is None else images_there
        looked = self.vision_in(maps.flatten(2).transpose(1, 2)).unflatten(0, (count, cameras))
        said = words_there[..., None].to(looked.dtype)
        sentence = (self.text(words, words_there) * said).sum(dim=1) / said.sum(dim=1).clamp(min=1.0)
        tokens = torch.cat([self.joints_in(joints)[:, None], sentence[:, None], looked.flatten(1, 2)], dim=1)
        always = torch.ones(count, 2, dtype=torch.bool, device=maps.device)
        there = torch.cat([always, shown[..., None].expand(-1, -1, len(grid)).flatten(1)], dim=1)
        return tokens, there, torch.cat([self.place[1:], grid.repeat(cameras, 1)])


class StyleEncoder(nn.Module):
    """Sees the joints and the demonstrated chunk; says how the style is distributed."""

    def __init__(self, config: ActConfig) -> None:
        super().__init__()
        width = config.width
        self.readout = nn.Parameter(torch.randn(1, 1, width))
        self.joints_in, self.rows_in = nn.Linear(config.joints, width), nn.Linear(config.joints, width)
        self.layers = nn.ModuleList(
            EncoderLayer(width, config.heads, config.feed, config.dropout) for _ in range(config.style_layers)
        )
        self.out = nn.Linear(width, 2 * config.style)

    def forward(self, joints: Tensor, rows: Tensor, counted: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and logarithm of the variance, each of shape (B, style)."""
        tokens = torch.cat([self.readout.expand(len(rows), -1, -1), self.joints_in(joints)[:, None], self.rows_in(rows)], dim=1)
        mask = key_mask(torch.cat([torch.ones_like(counted[:, :1]).expand(-1, 2), counted], dim=1))
        places = waves(torch.arange(tokens.shape[1], device=rows.device), tokens.shape[2])
        for layer in self.layers:
            tokens = layer(tokens, places, mask)
        mean, spread = self.out(tokens[:, 0]).chunk(2, dim=-1)
        return mean, spread


AutoConfig.register(ActConfig.model_type, ActConfig)
AutoModel.register(ActConfig, Act)
