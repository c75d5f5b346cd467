"""The BusyBox is shoved while the cell works on it: when and where to is drawn for each episode."""

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np

from tandem.cell import description
from tandem.cell.busybox.parts import BOX
from tandem.learning.evaluation.loop import CellLoop
from tandem.sim.scenes import SceneSpec

_LOOK_S = 0.05
_AFTER_S = (0.3, 2.5)
"""From the arms' first motion to the shove, between these."""

_SECONDS = 0.5
_BEYOND_M = 0.03
"""As far as this beyond where scenes put a box it may be shoved."""


@dataclass(frozen=True)
class ShovePlan:
    """How far, x and y in the world [m], and how long after the arms began to move [s]."""

    offset: tuple[float, float]
    after_s: float


def plan_shove(scene: SceneSpec, distance: float) -> ShovePlan:
    """In any direction in which the box stays where both arms reach it; the same for the same scene.

    Raises:
        ValueError: there is no such direction.
    """
    rng = np.random.default_rng([scene.seed, *b"shove"])
    place, (x, y, _) = description.settings("busybox.yaml")["place"], scene.objects[0].pose.position
    after = float(rng.uniform(*_AFTER_S))
    for angle in rng.uniform(-pi, pi, 100):
        offset = distance * cos(angle), distance * sin(angle)
        if _within(x + offset[0], place["x"]) and _within(y + offset[1], place["y"]):
            return ShovePlan(offset, after)
    raise ValueError(f"the box can't be shoved by {distance:g} m and stay where it can be reached")


class Shover:
    """Waits for the arms to move in the episode that was just set up, then shoves."""

    def __init__(self, loop: CellLoop, plan: ShovePlan) -> None:
        self._loop, self._plan, self._waiting = loop, plan, True
        loop.every(_LOOK_S, self._look)

    def _look(self) -> None:
        if self._waiting and not self._loop.at_rest:
            self._waiting = False
            self._loop.after(self._plan.after_s, lambda: self._loop.sim.shove(BOX, self._plan.offset, _SECONDS))


def _within(value: float, bounds: list[float]) -> bool:
    return bool(bounds[0] - _BEYOND_M <= value <= bounds[1] + _BEYOND_M)
