"""Whether a peg was put into a socket, one hand holding each, and how hard they were pressed together, by the truth."""

import numpy as np

from tandem.cell import relations
from tandem.cell.names import SIDES, other_side
from tandem.learning.evaluation.grips import carried_for
from tandem.learning.evaluation.recording import Recording
from tandem.learning.evaluation.resting import not_left_alone

_TOGETHER_S = 0.5


def inserted(recording: Recording, name: str, target: str, depth: float) -> str:
    """It is that deep in the target's hole [m], at rest and let go, after one hand had carried each of the two.

    Something beside the hole or leaning in it is in it by nothing, see `tandem.cell.socket.plugged`.
    """
    reached = relations.plug_depth(recording.item(name), recording.item(target))
    if reached < depth:
        how = f"is {1e3 * reached:.0f} mm deep in {target}, not {1e3 * depth:.0f} mm" if reached else f"is not in {target}"
        return f"{name} {how}"
    together = max(carried_for(recording, {name: side, target: other_side(side)}) for side in SIDES)
    if together < _TOGETHER_S:
        return f"{name} and {target} were never carried by one hand each"
    return not_left_alone(recording, name)


def peak_forces(recording: Recording) -> dict[str, float]:
    """The largest force that pressed things of two kinds together [N], by ``peg-socket`` and the like; only what touched."""
    peaks: dict[str, float] = {}
    for event in recording.contacts:
        kinds = [recording.spec(body).category for body in (event.first, event.second) if body in recording.poses]
        key = "-".join(sorted(kinds))
        if key in WATCHED:
            peaks[key] = float(np.round(max(peaks.get(key, 0.0), event.max_force), 2))
    return peaks


WATCHED = ("peg-socket",)
"""Pairs of kinds whose forces are told: where too much of it is bad work, though nothing breaks."""
