"""A pretrained image-text model of transformers in the place of the small encoders.

Any of its families that has a native class there: images and words go through it as it was trained, what its last layer says
becomes the context's tokens. The expert stays ours. Code that comes with weights is never run.
"""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoModelForImageTextToText, PretrainedConfig, PreTrainedModel
from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

from tandem.policy.vla.configuration import TandemVlaConfig

_NOT_SHAPE = {
    "auto_map",
    "_attn_implementation",
    "attn_implementation",
    "_experts_implementation",
    "experts_implementation",
    "quantization_config",
    "_name_or_path",
    "transformers_version",
    "architectures",
}
"""What a model's configuration may say beside its shape; some of it would have code fetched."""

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}

_VISION = ("vision", "visual", "image_embed", "img_processor")


class Backbone(nn.Module):
    """Sees images and reads words.

    Args:
        config: with ``backbone``, the configuration of a transformers model as a dictionary.
        loaded: that model with its weights; without it they are random.

    Raises:
        ValueError: the configuration is none of an image-text model that transformers has a class for.
    """

    def __init__(self, config: TandemVlaConfig, loaded: PreTrainedModel | None = None) -> None:
        super().__init__()
        shape = backbone_shape(config.backbone or {})
        self.model = loaded if loaded is not None else _made(shape, DTYPES[config.backbone_dtype])
        if config.backbone_lora:
            add_lora(self.model, config.backbone_lora)
        self.project = nn.Linear(int(shape.get_text_config().hidden_size), config.width)
        self.camera = nn.Parameter(torch.zeros(len(config.cameras), 1, config.width))
        place = config.backbone_image or {"token": 0, "count": 0, "before": [], "after": []}
        block = [*place["before"], *[place["token"]] * place["count"], *place["after"]]
        self._block, self._image_token = block, int(place["token"])
        self._takes = set(inspect.signature(type(self.model).forward).parameters)

    def forward(
        self, words: Tensor, words_there: Tensor, images: Mapping[str, Tensor] | None, images_there: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Tokens, shape (B, S, width), and which of them are there, shape (B, S).

        Args:
            words, words_there: shape (B, L), ids of the backbone's tokenizer.
            images: what `backbone_images.BackboneImages` makes of all cameras, None without cameras.
            images_there: which cameras are there, shape (B, cameras); all by default.
        """
        count, cameras = len(words), len(self.camera)
        ids, read = words, words_there
        if images is not None:
            block = torch.tensor(self._block * cameras, device=words.device).expand(count, -1)
            ids = torch.cat([block, words], dim=1)
            read = torch.cat([torch.ones_like(block, dtype=torch.bool), words_there], dim=1)
        given: dict[str, Any] = {"input_ids": ids, "attention_mask": read.long(), "use_cache": False, **(images or {})}
        if images is not None and "mm_token_type_ids" in self._takes:
            seen = torch.arange(ids.shape[1], device=ids.device) < cameras * len(self._block)
            given["mm_token_type_ids"] = ((ids == self._image_token) & seen).int()
        said = self.model(**given).last_hidden_state
        tokens = self.project(said.to(self.project.weight.dtype))
        if images is not None:
            length = len(self._block)
            places = self.camera.expand(-1, length, -1).flatten(0, 1)
            tokens = torch.cat([tokens[:, : cameras * length] + places, tokens[:, cameras * length :]], dim=1)
            if images_there is not None:
                shown = images_there[..., None].expand(-1, -1, length).flatten(1)
                read = torch.cat([shown, words_there], dim=1)
        return tokens, read


def backbone_shape(entries: Mapping[str, Any]) -> PretrainedConfig:
    """The configuration of a dictionary, without anything in it that isn't the model's shape.

    Raises:
        ValueError: transformers has no class for it.
    """
    plain = _only_shape(entries)
    kind = plain.pop("model_type", None)
    if kind not in CONFIG_MAPPING_NAMES:
        raise ValueError(
            f"transformers has no class of its own for a backbone of type '{kind}', and code that comes with weights is never run"
        )
    return AutoConfig.for_model(kind, **plain)


def add_lora(model: PreTrainedModel, lora: Mapping[str, Any]) -> None:
    """Low-rank adapters on the linear layers (Hu et al., "LoRA", ICLR 2022), in single precision; all else is frozen.

    Args:
        model: that gets them.
        lora: ``rank``; ``alpha`` (twice the rank), ``dropout`` (0), ``targets`` (``all-linear``) if they shall be others.
    """
    from peft import LoraConfig, inject_adapter_in_model

    rank = int(lora["rank"])
    config = LoraConfig(
        r=rank,
        lora_alpha=int(lora.get("alpha", 2 * rank)),
        lora_dropout=float(lora.get("dropout", 0.0)),
        target_modules=lora.get("targets", "all-linear"),
    )
    inject_adapter_in_model(config, model)
    for name, value in model.named_parameters():
        if "lora_" in name:
            value.data = value.data.float()


def merge_lora(model: nn.Module) -> None:
    """Work adapters into the weights that they adapt: a chunk takes no longer with them than without."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    for module in model.modules():
        if isinstance(module, BaseTunerLayer):
            module.merge()


def freeze(model: PreTrainedModel, what: str) -> None:
    """Leave weights as they are: ``none`` of them, those of ``vision``, or ``all``; adapters are always trained.

    Raises:
        ValueError: ``what`` is something else.
    """
    if what not in ("none", "vision", "all"):
        raise ValueError(f"backbone.frozen is '{what}'; it can be none, vision or all")
    for name, value in model.named_parameters():
        if "lora_" not in name and (what == "all" or (what == "vision" and any(word in name for word in _VISION))):
            value.requires_grad_(False)


def layer_classes(model: PreTrainedModel) -> list[str]:
    """Names of the layers that stay in one piece where weights are spread over GPUs."""
    found = [getattr(module, "_no_split_modules", None) or [] for module in model.modules()]
    return sorted({name for names in found for name in names})


def _only_shape(entries: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _only_shape(value) if isinstance(value, Mapping) else value
        for key, value in entries.items()
        if key not in _NOT_SHAPE
    }


def _made(shape: PretrainedConfig, dtype: torch.dtype) -> PreTrainedModel:
    for way in _ways():
        try:
            model = way.from_config(shape, dtype=dtype, attn_implementation="sdpa", trust_remote_code=False)
        except ValueError as error:
            if "Unrecognized configuration class" not in str(error):
                raise
        else:
            return inner(model)
    raise ValueError(f"transformers has no image-text model of type '{shape.model_type}'")


def _ways() -> Iterator[Any]:
    yield AutoModel
    yield AutoModelForImageTextToText


def inner(model: PreTrainedModel) -> PreTrainedModel:
    """The model without a head that says words."""
    return model.model if hasattr(model, "lm_head") and hasattr(model, "model") else model
