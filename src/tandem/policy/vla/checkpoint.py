"""Checkpoints of the learned model, strictly read: whatever isn't ours for this cell is refused, and says why."""

from pathlib import Path

from tandem.policy.checkpoints import CONFIG, CheckpointError, check_cell, check_integers, fill, read_processor, read_settings
from tandem.policy.vla.backbone import DTYPES
from tandem.policy.vla.configuration import TandemVlaConfig
from tandem.policy.vla.modeling import TandemVla
from tandem.policy.vla.processing import TandemVlaProcessor

_OURS = ("objects", "hand_width", "object_width", "touch_width", "felt_width", "action_width")
_LIMITS = {
    "rows": (4, 200),
    "width": (16, 8192),
    "flow_steps": (1, 100),
    "touch_samples": (1, 100),
    "rows_patch": (1, 200),
    "trunk_width": (1, 16384),
}


def load_checkpoint(folder: Path) -> tuple[TandemVla, TandemVlaProcessor]:
    """A model ready to be asked, in single precision, and its processor.

    Raises:
        CheckpointError: the folder is no checkpoint of this model for this cell.
    """
    config = TandemVlaConfig.from_dict(read_settings(folder, TandemVlaConfig.model_type))
    _check_shape(folder, config)
    processor: TandemVlaProcessor = read_processor(folder, TandemVlaProcessor)
    check_cell(folder, config, processor)
    _check_scale(folder, config, processor)
    model = _model(folder, config)
    fill(folder, model)
    return model, processor


def _model(folder: Path, config: TandemVlaConfig) -> TandemVla:
    if not config.backbone:
        return TandemVla(config).eval()
    try:
        return TandemVla(config).eval()
    except Exception as error:  # transformers' classes raise whatever they like
        raise CheckpointError(f"{folder}: the backbone can't be made: {error}") from error


def _check_shape(folder: Path, config: TandemVlaConfig) -> None:
    ours = TandemVlaConfig()
    for field in _OURS:
        if getattr(config, field) != getattr(ours, field):
            raise CheckpointError(
                f"{folder}: {field} is {getattr(config, field)}, but this version makes {getattr(ours, field)}: train it anew"
            )
    check_integers(folder, config, _LIMITS)
    if config.rows % config.rows_patch:
        raise CheckpointError(f"{folder}: rows is {config.rows}, not a multiple of rows_patch, {config.rows_patch}")
    if config.backbone is None:
        return
    block = config.backbone_image
    if not isinstance(config.backbone, dict) or not isinstance(block, dict) or config.backbone_dtype not in DTYPES:
        raise CheckpointError(f"{folder}: backbone, backbone_image or backbone_dtype in {CONFIG} is wrong or missing")
    tokens = [block.get("token"), block.get("count"), *(block.get("before") or []), *(block.get("after") or [])]
    if len(tokens) > 100 or not all(isinstance(token, int) and 0 <= token < 10**6 for token in tokens):
        raise CheckpointError(f"{folder}: backbone_image in {CONFIG} must hold token numbers")


def _check_scale(folder: Path, config: TandemVlaConfig, processor: TandemVlaProcessor) -> None:
    try:
        scale = processor.row_scale
    except (ValueError, TypeError) as error:
        raise CheckpointError(f"{folder}: the normalisation of actions is wrong or missing: {error}") from error
    if scale.shape != (config.rows, config.action_width):
        raise CheckpointError(f"{folder}: the normalisation is for {len(scale)} rows, the model makes {config.rows}")
    if not (scale.min() > 1e-5 and scale.max() < 20.0):
        raise CheckpointError(
            f"{folder}: the normalisation of actions is out of all proportion ({scale.min():.1e} to {scale.max():.1e})"
        )
