"""tandem.perception.report."""

from math import pi

import pytest

from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.perception.report import pose_errors


def item(name: str, x: float, yaw: float, size: tuple[float, float, float] = (0.04, 0.04, 0.04)) -> SceneObject:
    return SceneObject(name, name.rsplit("_", maxsplit=1)[-1], "red", Pose.from_xyz_rpy((x, 0.0, 0.02), (0.0, 0.0, yaw)), size)


def test_errors_are_measured_and_names_compared() -> None:
    truth = {"red_cube": Pose((0.403, 0.004, 0.021)), "blue_cube": Pose((0.5, 0.0, 0.02))}
    errors = pose_errors(Scene(0.0, (item("red_cube", 0.4, 0.1), item("red_box", 0.6, 0.0))), truth)
    assert errors.missed == ("blue_cube",)
    assert errors.false == ("red_box",)
    (error,) = errors.found
    assert error.position == pytest.approx(0.005)
    assert error.height == pytest.approx(0.001)
    assert error.yaw == pytest.approx(5.73, abs=0.01)


@pytest.mark.parametrize(
    ("size", "turn", "expected"),
    [((0.04, 0.04, 0.04), pi / 2, 0.0), ((0.3, 0.2, 0.056), pi, 0.0), ((0.3, 0.2, 0.056), pi / 2, 90.0)],
)
def test_turns_that_look_the_same_are_no_error(size: tuple[float, float, float], turn: float, expected: float) -> None:
    errors = pose_errors(Scene(0.0, (item("red_cube", 0.4, turn, size),)), {"red_cube": Pose((0.4, 0.0, 0.02))})
    assert errors.found[0].yaw == pytest.approx(expected, abs=1e-4)


def test_a_cube_that_was_rolled_is_compared_by_the_axis_that_is_up() -> None:
    rolled = Pose.from_xyz_rpy((0.4, 0.0, 0.02), (0.0, 0.0, 0.3)) @ Pose.from_xyz_rpy((0, 0, 0), (pi / 2, 0.0, 0.0))
    assert pose_errors(Scene(0.0, (item("red_cube", 0.4, 0.3),)), {"red_cube": rolled}).found[0].yaw == pytest.approx(
        0.0, abs=1e-4
    )
