"""The simulated cell moves, holds and repeats as a real one should."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest
from arm_script import ROBOT, above, gripper, move, run, smooth_trajectory, square_yaw, start_move

from tandem.cell import names, props
from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.sim.cell_sim import CellSim, SimulationError
from tandem.sim.gripper_controller import GripperGoal


def _pose_in_hand(sim: CellSim, name: str) -> Pose:
    return ROBOT.tcp_pose(sim.joint_state()[0], "left").inverse @ sim.truth.object_pose(name)


def _pick(sim: CellSim, name: str) -> tuple[tuple[float, float, float], float]:
    """Grasp a cube with the left gripper; its place and the gripper's yaw."""
    pose = sim.truth.object_pose(name)
    yaw = square_yaw(pose, ROBOT.tcp_pose(home_positions(), "left").yaw)
    move(sim, "left", above(pose.position, yaw, 0.12), 1.4)
    move(sim, "left", above(pose.position, yaw, 0.0), 0.7)
    gripper(sim, "left", 0.017)
    return pose.position, yaw


def test_it_stands_still_at_home(sim: CellSim) -> None:
    sim.step(250)
    positions, velocities, _ = sim.joint_state()
    assert np.abs(positions - home_positions()).max() < 1e-4
    assert np.abs(velocities).max() < 1e-4
    assert sim.time == pytest.approx(0.5)


def test_the_kinematics_are_those_of_the_urdf(sim: CellSim) -> None:
    rng = np.random.default_rng(3)
    positions = home_positions() + np.where(np.arange(14) % 7 == 6, -0.01, rng.uniform(-0.3, 0.3, 14))
    sim.data.qpos[sim.cell.qpos] = positions
    mujoco.mj_kinematics(sim.cell.model, sim.data)
    for frame in ("left_tcp", "right_tcp", "left_finger_a_link", "right_wrist_camera_optical_frame"):
        expected = ROBOT.frame_matrix(positions, frame)
        np.testing.assert_allclose(sim.data.body(frame).xpos, expected[:3, 3], atol=1e-6)
        np.testing.assert_allclose(sim.data.body(frame).xmat.reshape(3, 3), expected[:3, :3], atol=1e-6)


def test_both_arms_track_a_fast_motion_closely(sim: CellSim) -> None:
    offset = np.array([0.6, -0.4, 0.3, -0.7, 0.5, 1.0])
    goals = {side: home_positions()[names.ARM_COLUMNS[side]] + sign * offset for side, sign in (("left", 1), ("right", -1))}
    for side, goal in goals.items():
        start = sim.arm_controllers[side].sample(0.0).position
        sim.arm_controllers[side].accept(smooth_trajectory(side, start, goal, 0.9), sim.time)
    worst, fastest = 0.0, 0.0
    for _ in range(600):
        sim.step()
        positions, velocities, _ = sim.joint_state()
        fastest = max(fastest, float(np.abs(velocities).max()))
        for side in names.SIDES:
            desired = sim.arm_controllers[side].sample(sim.time).position
            worst = max(worst, float(np.abs(positions[names.ARM_COLUMNS[side]] - desired).max()))
    assert fastest > 1.5
    assert worst < 0.002
    assert sim.arm_controllers["left"].handle is None


def test_a_held_cube_does_not_slip_when_moved_briskly(sim: CellSim) -> None:
    place, yaw = _pick(sim, "red_cube")
    held = _pose_in_hand(sim, "red_cube")
    move(sim, "left", above(place, yaw, 0.25), 0.8)
    for sign in (1, -1, 1, -1):
        target = (place[0] + 0.08 * sign, place[1] + 0.1 * sign, place[2])
        start_move(sim, "left", above(target, yaw + 0.8 * sign, 0.25 + 0.05 * sign), 0.6)
        run(sim, 0.65)
    moved = held.inverse @ _pose_in_hand(sim, "red_cube")
    assert np.linalg.norm(moved.position) < 0.002
    assert np.arccos(np.clip((np.trace(moved.rotation) - 1) / 2, -1, 1)) < np.radians(3)
    assert sim.truth.held_by("red_cube") == ("left",)
    gripper(sim, "left", 0.0425)
    assert sim.truth.held_by("red_cube") == ()


def test_fingers_close_on_nothing_evenly(sim: CellSim) -> None:
    handle = sim.gripper_controllers["right"].accept(GripperGoal(0.01), sim.time)
    run(sim, 0.6)
    assert handle.reached_goal
    second = sim.data.qpos[sim.cell.mimic("right")[0]]
    assert sim.joint_state()[0][13] == pytest.approx(second, abs=1e-4)
    assert sim.joint_state()[0][13] == pytest.approx(0.01, abs=2e-4)


def test_a_gripper_that_closes_on_a_cube_stalls_with_its_force(sim: CellSim) -> None:
    place = sim.truth.object_pose("red_cube")
    yaw = square_yaw(place, ROBOT.tcp_pose(home_positions(), "left").yaw)
    move(sim, "left", above(place.position, yaw, 0.12), 1.4)
    move(sim, "left", above(place.position, yaw, 0.0), 0.7)
    handle = sim.gripper_controllers["left"].accept(GripperGoal(0.0, max_effort=25.0), sim.time)
    run(sim, 1.0)
    assert handle.stalled
    assert sim.joint_state()[0][6] == pytest.approx(0.02, abs=5e-4)
    assert abs(sim.joint_state()[2][6]) == pytest.approx(25.0, rel=0.02)


def test_both_hands_lift_the_tray_and_hold_it(shared_sim: CellSim) -> None:
    sim = shared_sim
    sim.reset("tabletop_tray", 2)
    tray = sim.truth.object_pose("yellow_tray")
    bars = sorted((tray @ bar for bar, _ in props.handle_bars(props.default_size("tray"))), key=lambda pose: -pose.position[1])
    grasps = {}
    for side, bar in zip(names.SIDES, bars, strict=True):
        near = ROBOT.tcp_pose(home_positions(), side).yaw
        grasps[side] = bar.position, near + (tray.yaw + np.pi / 2 - near + np.pi / 2) % np.pi - np.pi / 2
    for height, seconds in ((0.12, 1.4), (0.0, 0.7)):
        for side, grasp in grasps.items():
            start_move(sim, side, above(*grasp, height), seconds)
        run(sim, seconds + 0.05)
    for side in names.SIDES:
        sim.gripper_controllers[side].accept(GripperGoal(0.004), sim.time)
    run(sim, 0.6)
    for height in np.linspace(0.0, 0.12, 9)[1:]:
        for side, grasp in grasps.items():
            start_move(sim, side, above(*grasp, float(height)), 0.15)
        run(sim, 0.15)
    run(sim, 1.0)
    lifted = sim.truth.object_pose("yellow_tray")
    assert lifted.position[2] - tray.position[2] == pytest.approx(0.12, abs=0.003)
    assert lifted.rotation[2, 2] > np.cos(np.radians(1.5))
    assert sim.truth.held_by("yellow_tray") == ("left", "right")
    assert sim.truth.touching("yellow_tray") == {f"{side}_finger_{finger}_link" for side in names.SIDES for finger in "ab"}


def test_the_same_seed_and_commands_give_the_same_states() -> None:
    states = []
    for _ in range(2):
        sim = CellSim(seed=7)
        start_move(sim, "left", above((0.45, 0.05, 0.03), 0.3, 0.05), 0.6)
        sim.gripper_controllers["left"].accept(GripperGoal(0.01), 0.0)
        sim.step(400)
        states.append(np.concatenate([sim.data.qpos, sim.data.qvel]))
    np.testing.assert_array_equal(states[0], states[1])


def test_reset_forgets_everything_and_may_keep_the_clock(sim: CellSim) -> None:
    start = np.array(sim.data.qpos)
    start_move(sim, "right", above((0.45, -0.05, 0.03), 0.3, 0.05), 0.6)
    sim.step(500)
    assert sim.truth.contacts
    sim.reset("tabletop", 1, start_time=sim.time)
    assert sim.time == pytest.approx(1.0)
    assert not sim.truth.contacts
    np.testing.assert_array_equal(sim.data.qpos, start)
    sim.step(100)
    np.testing.assert_allclose(sim.joint_state()[0], home_positions(), atol=1e-4)


def test_objects_rest_where_the_scene_puts_them(sim: CellSim) -> None:
    for seed in range(4):
        sim.reset("tabletop", seed)
        sim.step(300)
        for item in sim.scene.objects:
            found = sim.truth.object_pose(item.name)
            np.testing.assert_allclose(found.position, item.pose.position, atol=1e-3)
            assert sim.truth.object_velocity(item.name)[0] < 1e-3


def test_a_stack_of_cubes_stands(sim: CellSim) -> None:
    below = next(item for item in sim.scene.objects if item.name == "green_cube")
    x, y, _ = below.pose.position
    moved = Pose((x + 0.008, y - 0.006, 0.0605), below.pose.quaternion)
    objects = tuple(replace(item, pose=moved) if item.name == "red_cube" else item for item in sim.scene.objects)
    sim.reset(replace(sim.scene, objects=objects))
    run(sim, 4.0)
    np.testing.assert_allclose(sim.truth.object_pose("red_cube").position, (x + 0.008, y - 0.006, 0.06), atol=1e-3)
    assert sim.truth.touching("red_cube") == {"green_cube"}


def test_physics_that_diverged_is_told_and_a_reset_mends_it(sim: CellSim) -> None:
    sim.data.qvel[0] = 1e20
    with pytest.raises(SimulationError, match="diverged"):
        sim.step(5)
    sim.reset("tabletop", 1)
    sim.step(5)
    assert np.abs(sim.data.qvel).max() < 0.1
