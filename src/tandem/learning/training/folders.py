"""What the folder of a training run holds."""

from typing import Final

CHECKPOINT: Final = "checkpoint"
"""Averaged weights, ready to use."""

STATE: Final = "state"
"""What a run goes on from."""

CURVES: Final = "curves"
"""What tensorboard shows."""
