"""The model: a context of images, words, objects and hands; an action expert that feels.

Force and touch go straight into the expert, as short streams of their own, rather than through the language model: so it is
published of Rho-alpha, and so TA-VLA (arXiv:2509.07962) found it best. The expert draws chunks by flow matching (Lipman et al.,
"Flow Matching for Generative Modeling", ICLR 2023) with the clean chunk as what is predicted. Rows that are committed already are
given to it clean, in training as well, which is what makes chunks join at any delay (real-time chunking, arXiv:2506.07339).
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedModel

from tandem.policy.vla.backbone import Backbone, layer_classes
from tandem.policy.vla.configuration import TandemVlaConfig
from tandem.policy.vla.encoders import ImageEncoder, TextEncoder
from tandem.policy.vla.expert import Context, Expert
from tandem.policy.vla.layers import EncoderLayer, inputs, key_mask

Images = Tensor | Mapping[str, Tensor]


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
        self.object_in, self.hand_in = inputs(config.object_width, width), inputs(config.hand_width, width)
        self.readout = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.sides = nn.Parameter(0.02 * torch.randn(2, width))
        self.context = nn.ModuleList(EncoderLayer(width, config.heads, config.dropout) for _ in range(config.context_layers))
        self.context_out = nn.LayerNorm(width)
        self.outlook = nn.Linear(width, 2)
        self.expert = Expert(config)
        self.post_init()
        nn.init.zeros_(self.expert.shares_out.weight)
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
        anchors: Tensor,
        words: Tensor,
        words_there: Tensor,
        known: Tensor,
        given: Tensor,
        images: Images | None = None,
        images_there: Tensor | None = None,
        touch: Tensor | None = None,
        *,
        whole: bool = True,
    ) -> Context:
        """Join what is seen, said and known; put what is felt beside it, for the expert alone.

        Args:
            hands: shape (B, 2, hand_width).
            objects, objects_there: the grounding, shape (B, objects, object_width) and (B, objects).
            anchors: of `TandemVlaProcessor.anchored`, shape (B, rows, 2, ANCHORS, 3).
            words, words_there: shape (B, L).
            known: committed rows, shape (B, rows, action_width); others don't count.
            given: which rows those are, shape (B, rows).
            images: shape (B, cameras, 3, size, size), 0 to 1, or what `TandemVlaProcessor.looked` makes of them for a backbone;
                None leaves the cameras out.
            images_there: which cameras are there, shape (B, cameras); all by default.
            touch: shape (B, T, 2, touch_width), oldest first, or None.
            whole: False for what the expert's first guess takes alone, for a fraction of the work.
        """
        needed = whole or self.config.backbone is not None
        count, sensed = len(hands), self._seen_and_said(words, words_there, images, images_there) if needed else []
        felt = self.expert.feel(hands, touch)
        said = self._said(words, words_there, sensed)
        context = self.expert.guess(hands, objects, objects_there, anchors, said, felt, known, given)
        if not whole:
            return context
        tokens = [self.readout.expand(count, -1, -1), self.hand_in(hands) + self.sides, self.object_in(objects)]
        there = [torch.ones(count, 3, dtype=torch.bool, device=hands.device), objects_there]
        mixed = torch.cat([*tokens, *(some for some, _ in sensed)], dim=1)
        shown = torch.cat([*there, *(which for _, which in sensed)], dim=1)
        for layer in self.context:
            mixed = layer(mixed, key_mask(shown))
        mixed = self.context_out(mixed)
        mask = key_mask(torch.cat([shown, torch.ones(felt.shape[:2], dtype=torch.bool, device=hands.device)], dim=1))
        return context.with_keys(self.expert.keys(torch.cat([mixed, felt], dim=1)), mask, self.outlook(mixed[:, 0]))

    def _said(self, words: Tensor, words_there: Tensor, sensed: list[tuple[Tensor, Tensor]]) -> Tensor:
        """What was said as one token: the mean of the words, or of what a backbone makes of all; shape (B, width)."""
        tokens, there = sensed[0] if self.config.backbone else (self.text.words(words), words_there)
        weight = there[..., None].to(tokens.dtype)
        return (tokens * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1.0)

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
        self, seen: Mapping[str, Any], noisy: list[Tensor], times: list[Tensor]
    ) -> tuple[Tensor, Tensor, list[tuple[Tensor, Tensor]]]:
        """For training: look once and denoise several chunks of every sample.

        Args:
            seen: arguments of `look`.
            noisy, times: rows and times of `Expert`, for each chunk; none has the expert only guess.

        Returns:
            The outlook, the first guess, and what the expert says of each chunk.
        """
        context = self.look(**seen, whole=bool(noisy))
        denoised = [self.expert(context, rows, time) for rows, time in zip(noisy, times, strict=True)]
        return context.outlook, self.expert.guessed(context), denoised

    def draw(self, context: Context, noise: Tensor) -> Tensor:
        """Draw chunks by integrating the flow from noise, shape (B, rows, action_width); rows in normalised units."""
        chunk, steps = noise, self.config.flow_steps
        for step in range(steps):
            time = torch.full((len(noise), 1), step / steps, device=noise.device)
            clean = self.expert(context, chunk, time)[0]
            chunk = chunk + (clean - chunk) / (steps - step)
        return torch.where(context.given[..., None], context.known, chunk)


AutoConfig.register(TandemVlaConfig.model_type, TandemVlaConfig)
AutoModel.register(TandemVlaConfig, TandemVla)
