"""Checkpoints of the baseline, as strictly read as those of the learned model."""

from pathlib import Path

from tandem.cell import names
from tandem.policy.act.configuration import ActConfig
from tandem.policy.act.modeling import Act
from tandem.policy.act.processing import ActProcessor
from tandem.policy.checkpoints import CheckpointError, check_cell, check_integers, fill, read_processor, read_settings

_LIMITS = {"rows": (4, 200), "width": (16, 8192), "style": (1, 1024), "joints": (names.DOF, names.DOF), "image_size": (16, 1024)}


def load_act(folder: Path) -> tuple[Act, ActProcessor]:
    """A model ready to be asked, in single precision, and its processor.

    Raises:
        CheckpointError: the folder is no checkpoint of this model for this cell.
    """
    config = ActConfig.from_dict(read_settings(folder, ActConfig.model_type))
    check_integers(folder, config, _LIMITS)
    processor: ActProcessor = read_processor(folder, ActProcessor)
    check_cell(folder, config, processor)
    try:
        processor.check()
    except (ValueError, TypeError) as error:
        raise CheckpointError(f"{folder}: the normalisation of joints is wrong or missing: {error}") from error
    model = Act(config).eval()
    fill(folder, model)
    return model, processor
