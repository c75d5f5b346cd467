"""The box as objects of a scene."""

from math import pi

import numpy as np
import pytest

from tandem.cell.busybox.layout import CELLS, MODULES, Layout, Place, canonical
from tandem.cell.busybox.parts import PARTS
from tandem.cell.busybox.scene_objects import box_frame, module_frame, scene_objects
from tandem.cell.busybox.state import BoxState
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene

FACING = Pose.from_xyz_rpy((0.45, 0.02, 0.0), (0.0, 0.0, -pi / 2))
"""In front of the robots, its upper row away from them."""


def the_scene(layout: Layout | None = None, now: BoxState | None = None, **more: object) -> Scene:
    return Scene(0.0, scene_objects(FACING, layout or canonical(), now or BoxState(), **more))  # type: ignore[arg-type]


def test_everything_has_its_name_and_its_state() -> None:
    now = BoxState((2, 5), 4, (True, False), ((True, True), (True, False), (True, True), (True, True)))
    scene = the_scene(now=now)
    assert len(scene.objects) == 1 + 2 + len(MODULES) + len(PARTS) + 8
    assert all(scene[part.name].state == now.of(part.name) for part in PARTS)
    assert [scene[f"box/wires/blue/{row}"].state for row in ("top", "bottom")] == ["in", "out"]
    assert scene["box"].category == "busybox"


def test_up_is_away_from_the_robots_and_left_to_the_left() -> None:
    scene = the_scene()
    red, yellow, blue, green = (scene[f"box/buttons/{name}"].pose.position for name in ("red", "yellow", "blue", "green"))
    assert red[0] > yellow[0]
    assert blue[1] > green[1]
    assert scene["box/handles/left"].pose.position[1] > scene["box/handles/right"].pose.position[1]
    assert scene["box/sliders/top"].pose.position[0] > scene["box/buttons/red"].pose.position[0]
    assert scene["box/buttons/red"].pose.position == pytest.approx((0.45 - 0.05 + 0.0232, 0.02 + 0.1, 0.084))


def test_a_slider_at_5_is_on_the_right_of_one_at_1() -> None:
    scene = the_scene(now=BoxState(sliders=(1, 5)))
    assert scene["box/sliders/top"].pose.position[1] - scene["box/sliders/bottom"].pose.position[1] == pytest.approx(0.06)


def test_a_turned_module_keeps_its_own_top() -> None:
    layout = Layout(tuple((name, Place(cell, 1)) for name, cell in zip(MODULES, CELLS, strict=True)))
    scene = the_scene(layout)
    top, bottom = scene["box/sliders/top"].pose.position, scene["box/sliders/bottom"].pose.position
    assert top[1] - bottom[1] == pytest.approx(0.056)  # a quarter turn counterclockwise: its top is on the left
    assert top[0] == pytest.approx(bottom[0])


def test_the_knobs_pose_points() -> None:
    scene = the_scene(now=BoxState(knob=2))
    along = scene["box/knob/knob"].pose.rotation[:, 1]
    np.testing.assert_allclose(along, [np.cos(pi / 3), -np.sin(pi / 3), 0.0], atol=1e-9)  # from away, clockwise, to the right


def test_frames_are_found_again() -> None:
    layout = canonical()
    scene = the_scene(layout)
    np.testing.assert_allclose(box_frame(scene["box"]).matrix, FACING.matrix, atol=1e-9)
    for module in MODULES:
        expected = FACING @ layout[module].pose
        np.testing.assert_allclose(module_frame(scene[f"box/{module}"]).matrix, expected.matrix, atol=1e-9)


def test_measured_positions_and_the_second_scheme() -> None:
    scene = the_scene(scheme="second", measured={"box/wires/red/top": (0.3, 0.1, 0.004)}, stamp=3.0)
    assert scene["box/wires/red/top"].pose.position == (0.3, 0.1, 0.004)
    assert scene["box/wires/red/top"].last_seen == 3.0
    assert [scene[f"box/sliders/{row}"].colour for row in ("top", "bottom")] == ["green", "cyan"]
    assert scene["box/buttons/red"].colour == "red"
