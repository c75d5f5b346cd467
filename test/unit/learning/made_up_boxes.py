"""Episodes on the BusyBox made up by hand."""

from dataclasses import replace

import numpy as np
from made_up import at_rest

from tandem.cell.busybox.state import BUTTON_COLOURS, WIRE_COLOURS, knob_angle, lever_tilt, slider_x
from tandem.learning.evaluation.recording import Recording
from tandem.sim.busybox.track import BoxTrack
from tandem.sim.scenes import SceneSpec, scene_for

HALF = 5.0
"""When parts change [s]."""


def box_scene(seed: int = 0) -> SceneSpec:
    """With all wires in."""
    return scene_for("busybox_canonical", seed)


def resting(scene: SceneSpec) -> Recording:
    """Nothing on the box moves."""
    recording = at_rest(scene)
    setup = scene.objects[0].setup
    assert setup is not None
    start = BoxTrack.at_start(setup)
    count = len(recording.times)
    fields = ("sliders", "knob", "switches", "buttons", "plugs")
    return replace(recording, box=BoxTrack(*(np.repeat(getattr(start, field), count, axis=0) for field in fields)))


def with_part(recording: Recording, field: str, index: tuple[int, ...], value: float, until: float | None = None) -> Recording:
    """A part is elsewhere from `HALF` on, or until a time."""
    assert recording.box is not None
    values = getattr(recording.box, field).copy()
    during = recording.times >= HALF
    if until is not None:
        during &= recording.times < until
    values[(during, *index)] = value
    return replace(recording, box=replace(recording.box, **{field: values}))


def slid(recording: Recording, row: int, number: int, off: float = 0.0) -> Recording:
    return with_part(recording, "sliders", (row,), slider_x(number) + off)


def turned(recording: Recording, number: int, off: float = 0.0) -> Recording:
    return with_part(recording, "knob", (), knob_angle(number) + off)


def flipped(recording: Recording, row: int, on: bool) -> Recording:
    return with_part(recording, "switches", (row,), lever_tilt(on))


def pressed(recording: Recording, colour: str, depth: float = 0.003) -> Recording:
    """For a third of a second."""
    return with_part(recording, "buttons", (BUTTON_COLOURS.index(colour),), depth, HALF + 0.3)


def plug_at(recording: Recording, colour: str, row: int, depth: float) -> Recording:
    return with_part(recording, "plugs", (WIRE_COLOURS.index(colour), row), depth)
