"""From what the cell perceives to the baseline's tensors, and from its rows to joint targets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from tandem.cell import names
from tandem.policy.processing import CellProcessor

Array = NDArray[np.float64]

LEAST_SPREAD = 0.01
"""Joints that hardly move in the data aren't scaled up beyond this standard deviation [rad]; grippers a hundredth of it [m]."""


class ActProcessor(CellProcessor):
    """Holds what the baseline must be fed with: words, image size, cameras, joints, and how joints are normalised.

    Args:
        tokenizer, cameras, image_size, text_length, joint_names, step_dt, trained_on: see `CellProcessor`.
        statistics: ``state_mean``, ``state_std``, ``action_mean``, ``action_std`` over the data, each of 14 joints [rad; m].
    """

    attributes = ("tokenizer",)
    tokenizer_class = "PreTrainedTokenizerFast"

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerFast,
        cameras: Sequence[str] = names.CAMERAS,
        image_size: int = 128,
        text_length: int = 24,
        joint_names: Sequence[str] = names.JOINTS,
        step_dt: float = 0.1,
        statistics: Mapping[str, Sequence[float]] | None = None,
        trained_on: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.statistics = {kind: [float(value) for value in values] for kind, values in (statistics or {}).items()}
        super().__init__(tokenizer, cameras, image_size, text_length, joint_names, step_dt, trained_on, **kwargs)

    def normalised(self, kind: str, joints: NDArray[np.floating]) -> Tensor:
        """Joints of shape (..., 14) as the network takes them; ``kind`` is ``state`` or ``action``."""
        mean, spread = self._of(kind)
        return torch.from_numpy(np.ascontiguousarray((joints - mean) / spread, dtype=np.float32))

    def joints(self, rows: Tensor) -> Array:
        """The network's rows, shape (..., 14), as joint targets [rad; m]."""
        mean, spread = self._of("action")
        return np.asarray(rows.detach().double().cpu().numpy() * spread + mean)

    def check(self) -> None:
        """See that the statistics are ones.

        Raises:
            ValueError: they aren't; says which.
        """
        for kind in ("state", "action"):
            for word in ("mean", "std"):
                values = np.array(self.statistics.get(f"{kind}_{word}", ()))
                if values.shape != (names.DOF,) or not np.isfinite(values).all() or np.abs(values).max() > 100.0:
                    raise ValueError(f"{kind}_{word} must be {names.DOF} numbers of moderate size")
                if word == "std" and values.min() < 1e-6:
                    raise ValueError(f"{kind}_std must be positive")

    def _of(self, kind: str) -> tuple[Array, Array]:
        return np.array(self.statistics[f"{kind}_mean"]), np.array(self.statistics[f"{kind}_std"])


def statistics(state: NDArray[np.floating], action: NDArray[np.floating]) -> dict[str, list[float]]:
    """Of joints over the data, each of shape (N, 14)."""
    least = np.full(names.DOF, LEAST_SPREAD)
    least[list(names.GRIPPER_COLUMN.values())] /= 100.0
    found = {}
    for kind, values in (("state", state), ("action", action)):
        found[f"{kind}_mean"] = values.mean(axis=0, dtype=np.float64).tolist()
        found[f"{kind}_std"] = np.maximum(values.std(axis=0, dtype=np.float64), least).tolist()
    return found
