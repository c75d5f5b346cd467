"""Images as backbones want them: their own processors of transformers, without torchvision."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import torch
import transformers
from torch import Tensor, nn
from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerBase
from transformers.image_processing_utils import BaseImageProcessor

_PIL = "ImageProcessorPil"
_PHI4 = "phi4_multimodal"

_MARKERS = (
    (("<fake_token_around_image>", "<global-img>"), ("<fake_token_around_image>",)),
    (("<|vision_start|>",), ("<|vision_end|>",)),
    (("<start_of_image>",), ("<end_of_image>",)),
)
"""Words that families put before and after an image; those of the first row that a tokenizer knows are used."""


class BackboneImages(Protocol):
    """Makes a backbone's image inputs."""

    def __call__(self, images: Tensor) -> dict[str, Tensor]:
        """Of images of shape (B, cameras, 3, size, size), 0 to 1."""
        ...


class _Processed:
    """By an image processor of transformers."""

    def __init__(self, processor: BaseImageProcessor) -> None:
        self._processor = processor
        self._nested = "Idefics" in type(processor).__name__ or "SmolVLM" in type(processor).__name__

    def __call__(self, images: Tensor) -> dict[str, Tensor]:
        pictures = (images * 255.0).round().to(torch.uint8).permute(0, 1, 3, 4, 2).cpu().numpy()
        samples = [[np.ascontiguousarray(picture) for picture in sample] for sample in pictures]
        given: Any = samples if self._nested else [picture for sample in samples for picture in sample]
        made = self._processor(images=given, return_tensors="pt", input_data_format="channels_last")
        return {name: value for name, value in made.items() if isinstance(value, Tensor)}


class _Phi4:
    """For Phi-4-multimodal, whose own processor needs torchvision: a square image, once as a whole and once as its one crop."""

    def __init__(self, crop: int, patch: int) -> None:
        self._crop, self._patches = crop, crop // patch

    def __call__(self, images: Tensor) -> dict[str, Tensor]:
        crop, flat = self._crop, images.flatten(0, 1)
        scaled = nn.functional.interpolate(flat, (crop, crop), mode="bicubic", align_corners=False, antialias=True)
        pixels = (scaled.clamp(0.0, 1.0) - 0.5) / 0.5
        patches = (len(flat), 2, self._patches, self._patches)
        return {
            "image_pixel_values": pixels[:, None].expand(-1, 2, -1, -1, -1).contiguous(),
            "image_attention_mask": torch.ones(patches, dtype=torch.bool),
            "image_sizes": torch.full((len(flat), 2), crop),
        }


def make_images(settings: Mapping[str, Any]) -> BackboneImages:
    """From the settings that a checkpoint's processor holds.

    Raises:
        ValueError: they are no settings of an image processor.
    """
    kind = str(settings.get("image_processor_type", ""))
    if kind == _PHI4:
        return _Phi4(int(settings["crop_size"]), int(settings["patch_size"]))
    name = kind if kind.endswith("Pil") else kind.removesuffix("Fast") + "Pil"
    found = getattr(transformers, name, None) if name.endswith(_PIL) else None
    if found is None:
        raise ValueError(f"transformers has no image processor {name}, which works without torchvision")
    return _Processed(found(**{key: value for key, value in settings.items() if key != "image_processor_type"}))


def phi4_settings(config: PretrainedConfig) -> dict[str, Any]:
    """The settings for Phi-4-multimodal."""
    vision = config.vision_config
    return {"image_processor_type": _PHI4, "crop_size": vision.crop_size, "patch_size": vision.patch_size}


def is_phi4(config: PretrainedConfig) -> bool:
    """Whether a backbone is of that family."""
    return config.model_type == _PHI4


def image_block(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, images: BackboneImages, size: int
) -> dict[str, int | list[int]]:
    """How an image stands among the words: the token that stands for it, how often, and what comes before and after."""
    before, after = next(
        (pair for pair in _MARKERS if all(word in tokenizer.get_vocab() for side in pair for word in side)), ((), ())
    )
    return {
        "token": _image_token(model.config),
        "count": _count(model, images, size),
        "before": [_number(tokenizer, word) for word in before],
        "after": [_number(tokenizer, word) for word in after],
    }


def _number(tokenizer: PreTrainedTokenizerBase, word: str) -> int:
    return int(tokenizer.get_vocab()[word])


def _image_token(config: PretrainedConfig) -> int:
    for place in (config, getattr(config, "vision_config", None)):
        for name in ("image_token_id", "image_token_index"):
            if (found := getattr(place, name, None)) is not None:
                return int(found)
    raise ValueError(f"a backbone of type '{config.model_type}' has no token that stands for an image")


@torch.no_grad()
def _count(model: PreTrainedModel, images: BackboneImages, size: int) -> int:
    """How many tokens one image becomes, which nobody knows better than the model."""
    if is_phi4(model.config):
        vision = model.config.vision_config
        side = (vision.image_size // vision.patch_size + 1) // 2
        return 2 * side * (side + 1) + 1
    made = {name: value.to(model.device) for name, value in images(torch.full((1, 1, 3, size, size), 0.3)).items()}
    features: Any = model.get_image_features
    found = features(**made)
    found = getattr(found, "pooler_output", found)
    whole = torch.cat(list(found)) if isinstance(found, tuple | list) else found
    return int(whole.numel() // whole.shape[-1])
