"""Drives the simulated arms by hand-written motions, for tests of the physics."""

import numpy as np

from tandem.cell import ik, names, reach
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel
from tandem.sim.cell_sim import CellSim
from tandem.sim.gripper_controller import GripperGoal
from tandem.sim.trajectory_goal import JointTrajectory

ROBOT = RobotModel()


def smooth_trajectory(side: Side, start: np.ndarray, goal: np.ndarray, duration: float) -> JointTrajectory:
    """The minimum-jerk motion between two postures of an arm."""
    times = np.linspace(0.0, duration, max(int(duration / 0.02), 2) + 1)
    s = times / duration
    rows = [s**3 * (10 - 15 * s + 6 * s**2), s**2 * (30 - 60 * s + 30 * s**2) / duration, s * (60 - 180 * s + 120 * s**2)]
    rows[2] = rows[2] / duration**2
    position, velocity, acceleration = (np.outer(row, goal - start) for row in rows)
    return JointTrajectory(names.ARM_JOINTS[side], times[1:], (start + position)[1:], velocity[1:], acceleration[1:])


def start_move(sim: CellSim, side: Side, pose: Pose, duration: float) -> None:
    """Send an arm to a tcp pose in joint space."""
    seed = sim.joint_state()[0]
    goal = ik.solve(ROBOT, side, pose, seed)
    assert goal is not None, f"no solution for {pose}"
    controller = sim.arm_controllers[side]
    start = controller.sample(sim.time).position
    controller.accept(smooth_trajectory(side, start, goal, duration), sim.time)


def run(sim: CellSim, seconds: float) -> None:
    sim.step(round(seconds / sim.timestep))


def move(sim: CellSim, side: Side, pose: Pose, duration: float) -> None:
    start_move(sim, side, pose, duration)
    run(sim, duration + 0.05)


def gripper(sim: CellSim, side: Side, position: float, seconds: float = 0.6) -> None:
    sim.gripper_controllers[side].accept(GripperGoal(position), sim.time)
    run(sim, seconds)


def above(position: tuple[float, float, float], yaw: float, height: float) -> Pose:
    """A tcp pose that points down, above a place."""
    return reach.top_down((position[0], position[1], position[2] + height), yaw)


def square_yaw(pose: Pose, near: float = 0.0) -> float:
    """The yaw, among those square to a cube, that is next to ``near``."""
    return near + (pose.yaw - near + np.pi / 4) % (np.pi / 2) - np.pi / 4
