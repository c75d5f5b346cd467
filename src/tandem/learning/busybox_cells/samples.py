"""Patches of simulated boxes with what is true of them, as perception would cut them out of the overhead camera's image."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import radians
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.layout import CELLS
from tandem.cell.robot import RobotModel
from tandem.learning.busybox_cells.boxes import BETWEEN, any_light, any_scene, disturb, put_elsewhere
from tandem.learning.busybox_cells.labels import labels
from tandem.learning.parallel import run_jobs
from tandem.perception.busybox.answers import COUNT
from tandem.perception.busybox.finder import find_box
from tandem.perception.busybox.patches import SIDE, Patch, cut
from tandem.perception.self_filter import SelfFilter
from tandem.perception.settings import perception_settings
from tandem.perception.view import look
from tandem.sim.cell_sim import CellSim

RELIEF_STEP = 0.0005
"""Heights are kept in steps of this [m]."""

SETTLE_STEPS = 5
"""Of physics, after a box was put as its scene says."""

OFF_M, OFF_RAD = 0.0012, radians(0.5)
"""How far off the box is taken to be, to either side."""

SHARD = 100
"""Boxes that one process draws without a pause."""

VIEWS = 3
"""Images of each box, in other places and with other positions of its parts: until its cables hang takes longer than an image."""

FINE_EVERY = 5
"""One in so many shards is drawn with shadows and smooth edges."""


@dataclass(frozen=True, eq=False)
class Samples:
    """Cells in the box's frame, as they lie.

    Attributes:
        rgb: shape (N, SIDE, SIDE, 3), uint8.
        relief: heights above the face in ``RELIEF_STEP``, shape (N, SIDE, SIDE), int8.
        seen: shape (N, SIDE, SIDE).
        labels: as `answers` has them, shape (N, COUNT).
    """

    rgb: NDArray[np.uint8]
    relief: NDArray[np.int8]
    seen: NDArray[np.bool_]
    labels: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.labels)

    def save(self, path: Path) -> None:
        """To a file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, rgb=self.rgb, relief=self.relief, seen=np.packbits(self.seen, axis=-1), labels=self.labels)

    @classmethod
    def load(cls, path: Path) -> "Samples":
        """From a file that ``save`` wrote."""
        with np.load(path) as data:
            seen = np.unpackbits(data["seen"], axis=-1).astype(bool)
            return cls(data["rgb"], data["relief"], seen, data["labels"])


def collect(boxes: int, seed: int, workers: int, on_progress: Callable[[int], None] = lambda done: None) -> Samples:
    """Samples of so many boxes, of the seeds from ``seed`` on, each ``VIEWS`` times its six cells; the same for the same seed."""
    shards = [(first, min(SHARD, seed + boxes - first)) for first in range(seed, seed + boxes, SHARD)]
    parts: dict[tuple[int, int], Samples] = {}
    for shard, part in run_jobs(_shard, shards, workers):
        parts[shard] = part
        on_progress(6 * VIEWS * sum(count for _, count in parts))
    return joined([parts[shard] for shard in shards])


def joined(parts: Sequence[Samples]) -> Samples:
    """One after another."""
    return Samples(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("rgb", "relief", "seen", "labels")))


def _shard(job: tuple[int, int]) -> Samples:
    first, count = job
    settings, robot = perception_settings(), RobotModel()
    own = SelfFilter(robot, settings.self_filter.inflation)
    patches: list[Patch] = []
    told: list[NDArray[np.float32]] = []
    sim: CellSim | None = None
    for seed in range(first, first + count):
        scene = any_scene(seed)
        sim = sim or CellSim(scene, quality="fine" if first // SHARD % FINE_EVERY == 0 else "fast")
        sim.reset(scene, randomisation=any_light(scene))
        rng = np.random.default_rng([seed, *b"samples"])
        sim.step(SETTLE_STEPS)
        for view_number in range(VIEWS):
            if view_number:
                put_elsewhere(sim, rng)
            if view_number or rng.random() < BETWEEN:
                disturb(sim, rng, BETWEEN)
            view = look(sim.render("overhead_camera"), settings.depth.table_band)
            mask = own.mask(view, sim.joint_state()[0])
            found = find_box(view, mask, settings)
            if found is None:
                continue
            off = rng.uniform(-1.0, 1.0, 3) * (OFF_M, OFF_M, OFF_RAD)
            placement = found.placement.moved(*(float(value) for value in off))
            patches += cut(view, mask, placement, found.top, CELLS)
            told.append(labels(sim))
    if sim is not None:
        sim.close()
    return packed(patches, np.concatenate(told) if told else np.zeros((0, COUNT), np.float32))


def packed(patches: Sequence[Patch], told: NDArray[np.float32]) -> Samples:
    """Patches with their labels."""
    relief = np.array([np.clip(np.rint(patch.relief / RELIEF_STEP), -128, 127) for patch in patches], np.int8)
    rgb, seen = np.array([patch.rgb for patch in patches], np.uint8), np.array([patch.seen for patch in patches], bool)
    shape = (len(patches), SIDE, SIDE)
    return Samples(rgb.reshape(*shape, 3), relief.reshape(shape), seen.reshape(shape), told)
