"""Wrist force and touch."""

import numpy as np
import pytest
from arm_script import ROBOT, above, gripper, move, run, square_yaw

from tandem.cell.robot import home_positions
from tandem.sim.cell_sim import CellSim


def test_free_tools_feel_nothing_in_any_posture(sim: CellSim) -> None:
    move(sim, "left", above((0.45, 0.1, 0.3), 0.4, 0.0), 1.5)
    run(sim, 0.5)
    for side in ("left", "right"):
        assert np.abs(sim.wrench(side)).max() < 0.05


@pytest.mark.parametrize("force", [(5.0, 0.0, 0.0), (0.0, -7.0, 0.0), (0.0, 0.0, 9.0)])
def test_a_push_on_the_tool_is_felt_in_the_tcp_frame(sim: CellSim, force: tuple[float, float, float]) -> None:
    """The force acts in the world's axes, 30 mm along the world's x from the tcp."""
    body = sim.data.body("left_gripper_base_link")
    tcp = ROBOT.tcp_pose(home_positions(), "left")
    lever = np.add(tcp.position, (0.03, 0.0, 0.0)) - body.xipos
    sim.data.xfrc_applied[body.id] = np.concatenate([force, np.cross(lever, force)])
    run(sim, 0.5)
    sim.data.xfrc_applied[body.id] = 0.0
    expected = tcp.rotation.T @ np.column_stack([force, np.cross((0.03, 0.0, 0.0), force)])
    measured = sim.wrench("left")
    np.testing.assert_allclose(measured[:3], expected[:, 0], atol=0.1)
    np.testing.assert_allclose(measured[3:], expected[:, 1], atol=0.02)


def test_a_held_cube_is_felt_by_its_weight_and_on_both_pads(sim: CellSim) -> None:
    place = sim.truth.object_pose("red_cube")
    yaw = square_yaw(place, ROBOT.tcp_pose(home_positions(), "left").yaw)
    assert not sim.tactile("left").any()
    move(sim, "left", above(place.position, yaw, 0.12), 1.4)
    move(sim, "left", above(place.position, yaw, 0.0), 0.7)
    gripper(sim, "left", 0.017)
    move(sim, "left", above(place.position, yaw, 0.15), 0.8)
    run(sim, 0.3)
    weight = 9.81 * float(sim.cell.model.body("red_cube").mass[0])
    np.testing.assert_allclose(sim.wrench("left")[:3], (0.0, 0.0, weight), atol=0.05)
    pads = sim.tactile("left")
    assert pads.shape == (2, 8, 4, 3)
    assert pads[..., 0].min() >= 0.0
    effort = abs(float(sim.joint_state()[2][6]))
    np.testing.assert_allclose(pads[..., 0].sum(axis=(1, 2)), effort, rtol=0.03)
    assert pads[..., 2].sum() == pytest.approx(weight, abs=0.05)
    assert not sim.tactile("right").any()


def test_touch_is_felt_where_it_is(sim: CellSim) -> None:
    """A cube held by the fingertips presses on the rows near the tip."""
    place = sim.truth.object_pose("red_cube")
    yaw = square_yaw(place, ROBOT.tcp_pose(home_positions(), "left").yaw)
    move(sim, "left", above(place.position, yaw, 0.15), 1.4)
    move(sim, "left", above(place.position, yaw, 0.022), 0.7)
    gripper(sim, "left", 0.017)
    pressure = sim.tactile("left")[..., 0].sum(axis=2)
    assert np.all(pressure[:, 4:].sum(axis=1) > 5 * pressure[:, :4].sum(axis=1))
