"""The model: a context of images, words, objects and hands; an action expert that feels.

Force and touch go straight into the expert, as short streams of their own, rather than through the language model: so it is
published of Rho-alpha, and so TA-VLA (arXiv:2509.07962) found it best. The expert draws chunks by flow matching (Lipman et al.,
"Flow Matching for Generative Modeling", ICLR 2023) with the clean chunk as what is predicted. Rows that are committed already are
given to it clean, in training as well, which is what makes chunks join at any delay (real-time chunking, arXiv:2506.07339).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedModel

from tandem.policy.vla.backbone import Backbone, layer_classes
from tandem.policy.vla.configuration import TandemVlaConfig
from tandem.policy.vla.encoders import ImageEncoder, TextEncoder
from tandem.policy.vla.layers import EncoderLayer, ExpertLayer, key_mask, sinusoids

_ABOUT = 2
"""Rows of the grounding that say what the step is about: its object and its target."""

Keys = list[tuple[Tensor, Tensor]]
Images = Tensor | Mapping[str, Tensor]


@dataclass
class Context:
    """What the expert attends to.

    Attributes:
        keys: keys and values for each layer of the expert.
        mask: which of them are there.
        here: the hands and what the step is about, for every token of the expert, shape (B, 1, width).
        outlook: shape (B, 2): logit of "the step is done", and the remaining time, compressed.
    """

    keys: Keys
    mask: Tensor
    here: Tensor
    outlook: Tensor

    def repeated(self, count: int) -> "Context":
        """The context of one sample for ``count`` of them."""
        keys = [(key.expand(count, -1, -1, -1), value.expand(count, -1, -1, -1)) for key, value in self.keys]
        here, outlook = self.here.expand(count, -1, -1), self.outlook.expand(count, -1)
        return Context(keys, self.mask.expand(count, -1, -1, -1), here, outlook)


class TandemVla(PreTrainedModel):
    """Draws action chunks. Inputs are what `TandemVlaProcessor` makes."""

    config_class = TandemVlaConfig
    base_model_prefix = "tandem_vla"
    main_input_name = "hands"

    def __init__(self, config: TandemVlaConfig, backbone: PreTrainedModel | None = None) -> None:
        super().__init__(config)
        width = config.width
        if not config.backbone:
            self.images, self.text = ImageEncoder(config), TextEncoder(config)
        self.object_in, self.hand_in = _input(config.object_width, width), _input(config.hand_width, width)
        self.readout = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.sides = nn.Parameter(0.02 * torch.randn(2, width))
        self.context = nn.ModuleList(EncoderLayer(width, config.heads, config.dropout) for _ in range(config.context_layers))
        self.context_out = nn.LayerNorm(width)
        self.outlook = nn.Linear(width, 2)
        self.expert = Expert(config)
        self.post_init()
        if config.backbone:  # after post_init, which would draw its weights anew
            self.backbone = Backbone(config, backbone)
            self._no_split_modules = layer_classes(self.backbone.model)

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Conv2d):
            nn.init.trunc_normal_(module.weight, std=module.weight[0].numel() ** -0.5)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.05)

    def get_input_embeddings(self) -> None:  # type: ignore[override]
        """It has none that all its inputs go through; what spreads weights over GPUs asks."""

    def save_pretrained(self, *args: Any, **kwargs: Any) -> None:
        """Weights by the names that they have here, also those whose family renames them when it saves them."""
        super().save_pretrained(*args, **{"save_original_format": False, **kwargs})

    def look(
        self,
        hands: Tensor,
        objects: Tensor,
        objects_there: Tensor,
        words: Tensor,
        words_there: Tensor,
        images: Images | None = None,
        images_there: Tensor | None = None,
        touch: Tensor | None = None,
    ) -> Context:
        """Join what is seen, said and known; put what is felt beside it, for the expert alone.

        Args:
            hands: shape (B, 2, hand_width).
            objects, objects_there: the grounding, shape (B, objects, object_width) and (B, objects).
            words, words_there: shape (B, L).
            images: shape (B, cameras, 3, size, size), 0 to 1, or what `TandemVlaProcessor.looked` makes of them for a backbone;
                None leaves the cameras out.
            images_there: which cameras are there, shape (B, cameras); all by default.
            touch: shape (B, T, 2, touch_width), oldest first, or None.
        """
        count = len(hands)
        tokens = [self.readout.expand(count, -1, -1), self.hand_in(hands) + self.sides, self.object_in(objects)]
        there = [torch.ones(count, 3, dtype=torch.bool, device=hands.device), objects_there]
        for some, which in self._seen_and_said(words, words_there, images, images_there):
            tokens.append(some)
            there.append(which)
        mixed, shown = torch.cat(tokens, dim=1), torch.cat(there, dim=1)
        for layer in self.context:
            mixed = layer(mixed, key_mask(shown))
        mixed, felt = self.context_out(mixed), self.expert.feel(hands, objects, touch)
        mask = key_mask(torch.cat([shown, torch.ones(felt.shape[:2], dtype=torch.bool, device=hands.device)], dim=1))
        keys = self.expert.keys(torch.cat([mixed, felt], dim=1))
        return Context(keys, mask, self.expert.here(felt), self.outlook(mixed[:, 0]))

    def _seen_and_said(
        self, words: Tensor, words_there: Tensor, images: Images | None, images_there: Tensor | None
    ) -> list[tuple[Tensor, Tensor]]:
        """Tokens of words and images, and which of them are there."""
        if self.config.backbone:
            if isinstance(images, Tensor):
                raise TypeError("a backbone's images must go through TandemVlaProcessor.looked")
            return [self.backbone(words, words_there, images, images_there)]
        found = [(self.text(words, words_there), words_there)]
        if isinstance(images, Tensor):
            seen = self.images(images)
            shown = torch.ones(seen.shape[:2], dtype=torch.bool, device=words.device) if images_there is None else images_there
            found.append((seen.flatten(1, 2), shown[..., None].expand(-1, -1, seen.shape[2]).flatten(1)))
        return found

    def forward(
        self,
        hands: Tensor,
        objects: Tensor,
        objects_there: Tensor,
        words: Tensor,
        words_there: Tensor,
        images: Images | None,
        images_there: Tensor | None,
        touch: Tensor | None,
        noisy: list[Tensor],
        times: list[Tensor],
        given: Tensor,
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
        """For training: look once and denoise several chunks of every sample.

        Args:
            hands, objects, objects_there, words, words_there, images, images_there, touch: as for `look`.
            given: as for `Expert`.
            noisy, times: rows and times of `Expert`, for each chunk.

        Returns:
            The outlook of the context, and what the expert says of each chunk.
        """
        context = self.look(hands, objects, objects_there, words, words_there, images, images_there, touch)
        denoised = [self.expert(context, rows, time, given) for rows, time in zip(noisy, times, strict=True)]
        return context.outlook, denoised

    def draw(self, context: Context, noise: Tensor, known: Tensor, given: Tensor) -> Tensor:
        """Draw chunks by integrating the flow from noise; rows in normalised units.

        Args:
            context: of `look`.
            noise: where the integration starts, shape (B, rows, action_width).
            known: committed rows, shape (B, rows, action_width).
            given: which rows those are, shape (B, rows).
        """
        chunk, steps = noise, self.config.flow_steps
        for step in range(steps):
            time = torch.full((len(noise), 1), step / steps, device=noise.device)
            clean = self.expert(context, torch.where(given[..., None], known, chunk), time, given)[0]
            chunk = chunk + (clean - chunk) / (steps - step)
        return torch.where(given[..., None], known, chunk)


class Expert(nn.Module):
    """Denoises a chunk, some rows a token, attending to the context, feeling force and touch."""

    def __init__(self, config: TandemVlaConfig) -> None:
        super().__init__()
        width = config.width
        self.patch = config.rows_patch
        if config.rows % self.patch:
            raise ValueError(f"rows is {config.rows}, not a multiple of rows_patch, {self.patch}")
        self.rows_in = nn.Linear(self.patch * (config.action_width + 1), width)
        self.time_in = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.hands_in = _input(config.hand_width + _ABOUT * config.object_width, width)
        self.touch_in, self.join = _input(config.touch_width, width), nn.Linear(2 * width, width)
        self.place = nn.Parameter(0.02 * torch.randn(config.rows // self.patch, width))
        self.sides = nn.Parameter(0.02 * torch.randn(2, width))
        self.instant = nn.Parameter(0.02 * torch.randn(config.touch_samples, 1, width))
        self.layers = nn.ModuleList(ExpertLayer(width, config.heads, config.dropout) for _ in range(config.expert_layers))
        self.normed = nn.LayerNorm(width)
        self.rows_out = nn.Linear(width, self.patch * config.action_width)
        self.felt_out = nn.Linear(width, self.patch * config.felt_width)

    def feel(self, hands: Tensor, objects: Tensor, touch: Tensor | None) -> Tensor:
        """Tokens of the hands with what the step is about, and of force and touch, shape (B, 2 + 2 T, width)."""
        about = objects[:, None, :_ABOUT].flatten(2).expand(-1, 2, -1)
        felt = [self.hands_in(torch.cat([hands, about], dim=-1)) + self.sides]
        if touch is not None:
            felt.append((self.touch_in(touch) + self.sides + self.instant).flatten(1, 2))
        return torch.cat(felt, dim=1)

    def here(self, felt: Tensor) -> Tensor:
        """Where the hands and the step's objects are, straight from what `feel` says, shape (B, 1, width).

        Attention learns late which of many tokens matters; this way a chunk is led to its object from the beginning.
        """
        return self.join(felt[:, :2].flatten(1))[:, None]

    def keys(self, tokens: Tensor) -> Keys:
        """Keys and values of the context for every layer."""
        return [layer.cross.keys(tokens) for layer in self.layers]  # type: ignore[union-attr,operator]

    def forward(self, context: Context, rows: Tensor, time: Tensor, given: Tensor) -> tuple[Tensor, Tensor]:
        """The clean chunk, shape (B, rows, action_width), and what will be felt then, shape (B, rows, felt_width).

        Args:
            context: of `TandemVla.look`.
            rows: noisy rows, or clean ones where given.
            time: of the flow, 0 for noise to 1 for clean, shape (B, 1).
            given: which rows are clean, shape (B, rows).
        """
        marked = torch.cat([rows, given[..., None].to(rows.dtype)], dim=-1)
        mixed = self.rows_in(marked.unflatten(1, (-1, self.patch)).flatten(2)) + self.time_in(sinusoids(time, 64)) + self.place
        mixed = mixed + context.here
        for layer, keys in zip(self.layers, context.keys, strict=True):
            mixed = layer(mixed, keys, context.mask)
        mixed = self.normed(mixed)
        return self._by_row(self.rows_out(mixed)), self._by_row(self.felt_out(mixed))

    def _by_row(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(2, (self.patch, -1)).flatten(1, 2)


def _input(width: int, out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, 2 * out), nn.GELU(approximate="tanh"), nn.Linear(2 * out, out))


AutoConfig.register(TandemVlaConfig.model_type, TandemVlaConfig)
AutoModel.register(TandemVlaConfig, TandemVla)
