"""Episodes made up by hand: where objects were, and who touched them when."""

from dataclasses import replace

import numpy as np

from tandem.cell.robot import home_positions
from tandem.learning.evaluation.recording import Recording
from tandem.sim.contacts import ContactEvent
from tandem.sim.scenes import ObjectSpec, SceneSpec, scene_for

SECONDS = 10.0
RATE = 25.0


def tabletop(seed: int = 3) -> SceneSpec:
    return scene_for("tabletop", seed)


def tabletop_egg(seed: int = 3) -> SceneSpec:
    return scene_for("tabletop_egg", seed)


def at_rest(scene: SceneSpec) -> Recording:
    """Nothing moves; everything stands on the table; the arms are at home."""
    times = np.arange(0.0, SECONDS, 1.0 / RATE)
    poses = {item.name: np.tile([*item.pose.position, *item.pose.quaternion], (len(times), 1)) for item in scene.objects}
    contacts = tuple(touch(item.name, "table", 0.0, times[-1]) for item in scene.objects)
    return Recording(scene, times, np.tile(home_positions(), (len(times), 1)), poses, contacts)


def spec(scene: SceneSpec, name: str) -> ObjectSpec:
    return next(item for item in scene.objects if item.name == name)


def moved(recording: Recording, name: str, to: tuple[float, float, float], start: float, end: float | None = None) -> Recording:
    """The object is elsewhere from ``start`` on, or until ``end``."""
    rows = recording.poses[name].copy()
    during = recording.times >= start
    if end is not None:
        during &= recording.times < end
    rows[during, :3] = to
    return replace(recording, poses=recording.poses | {name: rows})


def with_contacts(recording: Recording, *events: ContactEvent) -> Recording:
    ordered = sorted([*recording.contacts, *events], key=lambda event: event.start)
    return replace(recording, contacts=tuple(ordered))


def touch(first: str, second: str, start: float, end: float, force: float = 1.0) -> ContactEvent:
    return ContactEvent(first=first, second=second, start=float(start), end=float(end), max_force=force)


def grip(side: str, name: str, start: float, end: float) -> list[ContactEvent]:
    """Both fingers on an object."""
    return [touch(f"{side}_finger_{finger}_link", name, start, end, 20.0) for finger in "ab"]
