"""How hard things were pressed in an episode, by the simulator's truth."""

from collections.abc import Iterable
from typing import Any, Final

from tandem.cell import names
from tandem.cell.props import is_fragile
from tandem.learning.evaluation.recording import Recording, root_of
from tandem.sim.busybox.wires import is_cable
from tandem.sim.contacts import ContactEvent
from tandem.sim.robot_body import finger_links

KINDS: Final = ("grip", "cables", "objects", "table", "other")
"""``grip``: a finger and an object; ``cables``: a finger and a loop of the BusyBox's cables; ``objects``: two objects, as a peg
and its socket; ``table``: an object and the table, its weight included; ``other``: any other part of a robot and anything."""

_FINGERS = frozenset(link for side in names.SIDES for link in finger_links(side))


def peak_forces(recording: Recording) -> dict[str, float]:
    """The largest force of each of ``KINDS`` [N]; a kind that never touched isn't there."""
    objects = {item.name for item in recording.scene.objects}
    peaks: dict[str, float] = {}
    for event in recording.contacts:
        if (kind := _kind(event, objects)) is not None:
            peaks[kind] = max(peaks.get(kind, 0.0), event.max_force)
    return {kind: round(peaks[kind], 2) for kind in KINDS if kind in peaks}


def fragile_forces(recording: Recording) -> dict[str, float]:
    """The largest force of a robot on each kind of thing that breaks, such as ``egg`` [N]; 0 where none touched it."""
    peaks: dict[str, float] = {}
    for item in recording.scene.objects:
        if is_fragile(item.category):
            peaks[item.category] = round(max(peaks.get(item.category, 0.0), recording.peak_force(item.name)), 2)
    return peaks


def kinds_of(rows: Iterable[dict[str, Any]]) -> list[str]:
    """All kinds that rows of a report tell of in ``peak_force_n``: ours, then particular pairs such as ``peg-socket``."""
    told = dict.fromkeys(kind for row in rows for kind in row.get("peak_force_n", {}))
    return [kind for kind in KINDS if kind in told] + [kind for kind in told if kind not in KINDS]


def _kind(event: ContactEvent, objects: set[str]) -> str | None:
    """None for parts of one object."""
    bodies = {root_of(event.first), root_of(event.second)}
    if len(bodies) == 1:
        return None
    touched = len(bodies & objects)
    if touched == 2:
        return "objects"
    if touched == 1 and bodies & _FINGERS:
        return "cables" if is_cable(event.first) or is_cable(event.second) else "grip"
    return "table" if touched == 1 and "table" in bodies else "other"
