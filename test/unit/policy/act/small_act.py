"""A very small baseline for tests, random weights and all."""

from pathlib import Path

import numpy as np
import torch
from small import SENTENCES

from tandem.cell.robot import home_positions
from tandem.policy.act.configuration import ActConfig
from tandem.policy.act.modeling import Act
from tandem.policy.act.processing import ActProcessor
from tandem.policy.vla.words import train_tokenizer


def small_act_config(**changes: object) -> ActConfig:
    """Shape of a model that a test can run and train."""
    shape = {"width": 32, "heads": 4, "feed": 64, "style_layers": 1, "encoder_layers": 1, "style": 8, "dropout": 0.0}
    images = {"image_size": 32, "vision_channels": [8, 16], "vision_blocks": 1}
    return ActConfig(**{**shape, **images, "vocabulary": 128, **changes})


def small_act_processor(config: ActConfig) -> ActProcessor:
    """With joints of a usual size."""
    mean, spread = home_positions().tolist(), np.full(14, 0.2).tolist()
    return ActProcessor(
        train_tokenizer(SENTENCES, config.vocabulary),
        cameras=config.cameras,
        image_size=config.image_size,
        text_length=config.text_length,
        step_dt=config.step_dt,
        statistics={"state_mean": mean, "state_std": spread, "action_mean": mean, "action_std": spread},
    )


def small_act_checkpoint(folder: Path, **changes: object) -> Path:
    """Write one."""
    torch.manual_seed(0)
    config = small_act_config(**changes)
    Act(config).save_pretrained(folder)
    small_act_processor(config).save_pretrained(folder)
    return folder
