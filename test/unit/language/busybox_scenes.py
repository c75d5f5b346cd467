"""Scenes with a BusyBox that sentences are tried on."""

from math import pi

import numpy as np
from language_scenes import SCENES

from tandem.cell.busybox.layout import Layout, Place, canonical, fully_shuffled, semi_shuffled
from tandem.cell.busybox.parts import BOX_CATEGORIES
from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.busybox.state import BoxState
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene

WIRES = ((True, True), (True, True), (True, True), (True, False))
"""The white one is out."""

STATE = BoxState(sliders=(2, 4), knob=3, switches=(True, False), wires=WIRES)


def a_box(
    layout: Layout | None = None, now: BoxState = STATE, at: tuple[float, float] = (0.43, 0.0), turned: float = 0.0, **more: str
) -> Scene:
    """A box alone, its upper row away from the robots but for ``turned`` [rad], counterclockwise."""
    pose = Pose.from_xyz_rpy((*at, 0.0), (0.0, 0.0, turned - pi / 2))
    return Scene(0.0, scene_objects(pose, layout or canonical(), now, **more))


def _turned() -> Layout:
    """The wires upside down, the sliders by a quarter turn counterclockwise, so that their top is on the left."""
    places = dict(canonical().places)
    return Layout(
        tuple((places | {"wires": Place(places["wires"].cell, 2), "sliders": Place(places["sliders"].cell, 1)}).items())
    )


def _with_cubes() -> Scene:
    """The box behind the cubes and the bins."""
    things = tuple(item for item in SCENES["tabletop"] if item.category != "tray")
    return Scene(0.0, (*things, *a_box(at=(0.62, 0.0)).objects))


def shuffled(seed: int) -> Scene:
    """Some layout, pose and state."""
    rng = np.random.default_rng(seed)
    layout = (semi_shuffled if seed % 2 else fully_shuffled)(rng)
    wires = tuple((bool(top), bool(bottom)) for top, bottom in rng.integers(0, 2, (4, 2)))
    now = BoxState(
        (int(rng.integers(1, 6)), int(rng.integers(1, 6))),
        int(rng.integers(1, 7)),
        (bool(rng.integers(2)), bool(rng.integers(2))),
        wires,
    )
    at = float(rng.uniform(0.38, 0.48)), float(rng.uniform(-0.05, 0.05))
    return a_box(layout, now, at, float(rng.uniform(-0.35, 0.35)))


def box_parts(scene: Scene) -> list[str]:
    """Names of all that is the box's."""
    return [item.name for item in scene if item.category in BOX_CATEGORIES]


OTHERWISE = BoxState(
    sliders=(5, 1), knob=1, switches=(False, True), wires=((False, False), (True, True), (True, True), (True, True))
)

BOX_SCENES = {
    "box": a_box(),
    "box_otherwise": a_box(now=OTHERWISE),
    "box_turned": a_box(_turned()),
    "box_askew": a_box(turned=0.3),
    "box_far_left": a_box(at=(0.45, 0.75)),
    "box_second_scheme": a_box(scheme="second"),
    "box_and_cubes": _with_cubes(),
    "no_box": SCENES["tabletop"],
    "held": SCENES["held"],
}
