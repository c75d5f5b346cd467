"""Backbones as they are published: weights, tokenizer and image processor from a folder or the hub."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoModel,
    AutoModelForImageTextToText,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from tandem.policy.vla.backbone import DTYPES, freeze, inner
from tandem.policy.vla.backbone_images import image_block, is_phi4, make_images, phi4_settings
from tandem.policy.vla.configuration import TandemVlaConfig
from tandem.policy.vla.modeling import TandemVla


class BackboneError(ValueError):
    """A backbone can't be loaded; the message says why and what to do."""


@dataclass(frozen=True)
class BackboneSource:
    """Where a backbone comes from, and how much of it is trained.

    Attributes:
        source: a folder, or a name on the hub such as HuggingFaceTB/SmolVLM2-500M-Instruct.
        revision: of the hub's repository; a commit makes runs repeatable.
        local_files_only: nothing is fetched: it is in the hub's cache already.
        frozen: which weights stay as they are: none, vision or all.
        lora: ``rank`` and what else `backbone.add_lora` takes, to train adapters alone.
        dtype: of its weights: float32, or bfloat16, in which only frozen weights do well.
        gradient_checkpointing: less memory for a third more time.
        image: other settings of its image processor, for example ``do_image_splitting: false``.
    """

    source: str
    revision: str | None = None
    local_files_only: bool = False
    frozen: str = "none"
    lora: dict[str, Any] | None = None
    dtype: str = "float32"
    gradient_checkpointing: bool = False
    image: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LoadedBackbone:
    """A backbone with its weights, and what it is fed with; ``image`` and ``block`` are for processor and configuration."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    image: dict[str, Any]
    block: dict[str, int | list[int]]


def load_backbone(wanted: BackboneSource, image_size: int) -> LoadedBackbone:
    """Load it; only safetensors, and never code that comes with them.

    Args:
        wanted: which one.
        image_size: side of the square images that it will be shown [px].

    Raises:
        BackboneError: it isn't there, or no image-text model that transformers has a class for.
    """
    if wanted.dtype not in DTYPES:
        raise BackboneError(f"backbone.dtype is '{wanted.dtype}'; it can be {' or '.join(DTYPES)}")
    where: dict[str, Any] = {"local_files_only": wanted.local_files_only, "trust_remote_code": False}
    if wanted.revision:
        where["revision"] = wanted.revision
    try:
        config = AutoConfig.from_pretrained(wanted.source, **where)
        model = _model(wanted, where)
        tokenizer = AutoTokenizer.from_pretrained(wanted.source, **where)
        tokenizer.padding_side = "right"
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        image = phi4_settings(config) if is_phi4(config) else _image_settings(wanted, where)
        block = image_block(model, tokenizer, make_images(image), image_size)
    except (OSError, ValueError, KeyError, ImportError) as error:
        hint = "a folder of a saved model, or a name on the hub that this machine can reach"
        if Path(wanted.source).exists():
            hint = "a folder with config.json, safetensors, tokenizer and preprocessor_config.json"
        raise BackboneError(f"the backbone {wanted.source} can't be loaded: {error}. It must be {hint}") from error
    return LoadedBackbone(model, tokenizer, image, block)


def with_backbone(config: TandemVlaConfig, wanted: BackboneSource, loaded: LoadedBackbone) -> TandemVlaConfig:
    """The configuration of the model with that backbone."""
    entries = config.to_dict() | {
        "backbone": loaded.model.config.to_dict(),
        "backbone_image": loaded.block,
        "backbone_lora": wanted.lora,
        "backbone_dtype": wanted.dtype,
    }
    return TandemVlaConfig.from_dict(entries)


def prepare_backbone(model: TandemVla, wanted: BackboneSource) -> None:
    """Freeze what is to stay, and save memory where wanted."""
    freeze(model.backbone.model, wanted.frozen)
    if wanted.gradient_checkpointing:
        model.backbone.model.activation_checkpointing_enable({"use_reentrant": False})


def _model(wanted: BackboneSource, where: Mapping[str, Any]) -> PreTrainedModel:
    given = {**where, "dtype": DTYPES[wanted.dtype], "attn_implementation": "sdpa", "use_safetensors": True}
    try:
        model = AutoModel.from_pretrained(wanted.source, **given)
    except ValueError as error:
        if "Unrecognized configuration class" not in str(error):
            raise
        model = AutoModelForImageTextToText.from_pretrained(wanted.source, **given)
    return inner(model)


def _image_settings(wanted: BackboneSource, where: Mapping[str, Any]) -> dict[str, Any]:
    processor = AutoImageProcessor.from_pretrained(wanted.source, backend="pil", **where, **wanted.image)
    settings = processor.to_dict()
    settings["image_processor_type"] = type(processor).__name__
    return {key: value for key, value in settings.items() if not key.startswith("_")}
