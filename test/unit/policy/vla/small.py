"""A very small model for tests, random weights and all."""

from pathlib import Path

import numpy as np
import torch

from tandem.policy.vla.configuration import TandemVlaConfig
from tandem.policy.vla.modeling import TandemVla
from tandem.policy.vla.processing import TandemVlaProcessor
from tandem.policy.vla.words import train_tokenizer

SENTENCES = ("pick up the red cube with the left hand", "put the red cube in the blue bin", "lift the tray with both hands")
ROWS = 16


def small_config(**changes: object) -> TandemVlaConfig:
    """Shape of a model that a test can run and train."""
    shape = {
        "width": 32,
        "heads": 4,
        "context_layers": 1,
        "expert_layers": 2,
        "image_size": 32,
        "vision_channels": [8, 16, 16],
    }
    return TandemVlaConfig(**{**shape, "vocabulary": 128, **changes})


def small_processor(config: TandemVlaConfig) -> TandemVlaProcessor:
    """With scales of a usual size."""
    late = np.linspace(0.005, 0.1, config.rows)
    return TandemVlaProcessor(
        train_tokenizer(SENTENCES, config.vocabulary),
        cameras=config.cameras,
        image_size=config.image_size,
        text_length=config.text_length,
        step_dt=config.step_dt,
        scale={"position": late, "rotation": 4 * late, "fingers": np.full(config.rows, 3.0)},
    )


def small_checkpoint(folder: Path, **changes: object) -> Path:
    """Write one."""
    torch.manual_seed(0)
    config = small_config(**changes)
    TandemVla(config).save_pretrained(folder)
    small_processor(config).save_pretrained(folder)
    return folder
