"""What every planner must do, whichever library is behind it."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from tandem.cell import ik, limits, names
from tandem.cell.collision import CollisionModel
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.trajectory import Array, Trajectory
from tandem.motion.ompl_planner import OmplPlanner
from tandem.motion.protocol import PlanError, Planner, PlanRequest, PlanResult

LIMITS = limits.joint_limits()
HOME = home_positions()


def solved(result: PlanResult) -> Trajectory:
    assert result.error is PlanError.NONE, result.message
    assert result.trajectory is not None
    assert result.planning_time_s > 0
    return result.trajectory


def refused(result: PlanResult, error: PlanError, *words: str) -> None:
    assert result.error is error, f"{result.error.name}: {result.message}"
    assert result.trajectory is None
    for word in words:
        assert word in result.message


def assert_sound(trajectory: Trajectory, request: PlanRequest, robot: RobotModel) -> None:
    """Starts where it must, rests at both ends, keeps all limits between its rows as well, touches nothing."""
    assert trajectory.start == 0.0
    assert np.allclose(trajectory.positions[0], request.start, atol=1e-6)
    for row in (0, -1):
        assert np.allclose(trajectory.velocities[row], 0, atol=1e-9)
        assert np.allclose(trajectory.accelerations[row], 0, atol=1e-9)
    step = 0.001
    times = np.arange(0.0, trajectory.duration + step, step)
    positions, velocities, accelerations = trajectory.sample(times)
    jerks = np.diff(accelerations, axis=0) / step
    assert np.all(positions >= LIMITS.lower - 1e-6)
    assert np.all(positions <= LIMITS.upper + 1e-6)
    speed = request.speed
    assert np.all(np.abs(velocities) <= speed * LIMITS.velocity)
    assert np.all(np.abs(accelerations) <= speed**2 * LIMITS.acceleration)
    assert np.all(np.abs(jerks[:-1]) <= speed**3 * LIMITS.jerk * 1.01)
    for side in names.SIDES:
        tips = ik.forward(ik.arm_chain(robot, side), positions[:, names.ARM_COLUMNS[side]])[:, :3, 3]
        assert np.linalg.norm(np.diff(tips, axis=0), axis=1).max() <= 1.0 * speed * step
    model = CollisionModel(robot)
    model.set_world(request.scene, request.allowed_contacts, escape=request.start)
    assert not any(model.in_collision(row) for row in positions[::5])


def assert_reached(trajectory: Trajectory, goals: dict[Side, Pose], robot: RobotModel) -> None:
    for side, goal in goals.items():
        assert np.allclose(robot.tcp_pose(trajectory.positions[-1], side).matrix, goal.matrix, atol=1e-4)


def path_between(robot: RobotModel, trajectory: Trajectory, side: Side) -> Array:
    times = np.linspace(0.0, trajectory.duration, 200)
    return ik.forward(ik.arm_chain(robot, side), trajectory.sample(times)[0][:, names.ARM_COLUMNS[side]])


def above(x: float, y: float, z: float = 0.15, yaw: float = 0.0) -> Pose:
    return top_down((x, y, z), yaw)


def posture(robot: RobotModel, **goals: Pose) -> Array:
    """A posture with the named hands at these poses."""
    found = ik.solve_both(robot, {side: goals[side] for side in names.SIDES if side in goals}, HOME)
    assert found is not None
    return found


@pytest.mark.parametrize("sides", [("left",), ("right",), ("left", "right")])
def test_pose_goals_are_reached(planner: Planner, robot: RobotModel, scene: Scene, sides: tuple[Side, ...]) -> None:
    wanted: dict[Side, Pose] = {"left": above(0.45, 0.15, yaw=0.4), "right": above(0.42, -0.18)}
    goals = {side: wanted[side] for side in sides}
    request = PlanRequest(start=HOME, tcp_goals=goals, scene=scene)
    trajectory = solved(planner.plan(request))
    assert_sound(trajectory, request, robot)
    assert_reached(trajectory, goals, robot)
    for side in set(names.SIDES) - set(sides):
        assert np.allclose(trajectory.positions[:, names.ARM_COLUMNS[side]], HOME[names.ARM_COLUMNS[side]])


@pytest.mark.parametrize("sides", [("left",), ("left", "right")])
def test_joint_goals_are_reached(planner: Planner, robot: RobotModel, scene: Scene, sides: tuple[Side, ...]) -> None:
    start = posture(robot, left=above(0.45, 0.15), right=above(0.42, -0.18))
    request = PlanRequest(
        start=start, joint_goals={side: tuple(HOME[names.ARM_COLUMNS[side]]) for side in sides}, scene=scene, speed=0.5
    )
    trajectory = solved(planner.plan(request))
    assert_sound(trajectory, request, robot)
    for side in sides:
        assert np.allclose(trajectory.positions[-1, names.ARM_COLUMNS[side]], HOME[names.ARM_COLUMNS[side]])


def test_a_pose_goal_and_a_joint_goal_go_together(planner: Planner, robot: RobotModel, scene: Scene) -> None:
    start = posture(robot, right=above(0.42, -0.18))
    goals: dict[Side, Pose] = {"left": above(0.45, 0.1)}
    request = PlanRequest(start=start, tcp_goals=goals, joint_goals={"right": tuple(HOME[7:13])}, scene=scene)
    trajectory = solved(planner.plan(request))
    assert_sound(trajectory, request, robot)
    assert_reached(trajectory, goals, robot)
    assert np.allclose(trajectory.positions[-1], np.r_[trajectory.positions[-1, :7], HOME[7:]])


def test_a_way_is_found_around_what_blocks_the_straight_one(planner: Planner, robot: RobotModel) -> None:
    wall = SceneObject("brown_box", "box", "brown", Pose((0.48, 0.15, 0.09)), (0.24, 0.02, 0.18))
    scene = Scene(0.0, (wall,))
    start = posture(robot, left=above(0.50, 0.30, 0.10))
    goals: dict[Side, Pose] = {"left": above(0.50, -0.02, 0.10)}
    request = PlanRequest(start=start, tcp_goals=goals, scene=scene, timeout_s=10.0, seed=3)
    result = planner.plan(request)
    trajectory = solved(result)
    assert result.kind == "searched"
    assert_sound(trajectory, request, robot)
    assert_reached(trajectory, goals, robot)
    if isinstance(planner, OmplPlanner):  # MoveIt can't be given a seed
        again = solved(planner.plan(request))
        assert np.array_equal(again.positions, trajectory.positions), "the same seed gives the same path"


def test_no_trajectory_is_needed_to_stay(planner: Planner, robot: RobotModel, scene: Scene) -> None:
    request = PlanRequest(start=HOME, joint_goals={"left": tuple(HOME[:6])}, scene=scene)
    assert_sound(solved(planner.plan(request)), request, robot)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tcp_goals": {}}, ("neither arm",)),
        ({"tcp_goals": {"middle": Pose((0.4, 0.0, 0.2))}}, ("middle",)),
        ({"joint_goals": {"left": (0.0, -1.0, 1.0, 0.0, 0.0, 0.0)}}, ("left", "pose goal and a joint goal")),
        ({"tcp_goals": {}, "joint_goals": {"right": (0.0, 1.0)}}, ("right", "six")),
        ({"tcp_goals": {}, "joint_goals": {"right": (0.0, 2.0, 1.0, 0.0, 0.0, 0.0)}}, ("right_shoulder_lift_joint", "2.000")),
        ({"tcp_goals": {"left": Pose((0.4, float("nan"), 0.2))}}, ("left", "finite")),
        ({"tcp_goals": {"left": Pose((0.4, 0.1, 0.2), (1.0, 1.0, 0.0, 0.0))}}, ("left", "quaternion")),
        ({"speed": 0.0}, ("speed",)),
        ({"speed": 1.5}, ("1.5",)),
    ],
)
def test_goals_without_sense_are_refused(planner: Planner, change: dict[str, object], words: tuple[str, ...]) -> None:
    request = PlanRequest(start=HOME, tcp_goals={"left": above(0.45, 0.1)})
    refused(planner.plan(replace(request, **change)), PlanError.INVALID_GOAL, *words)


@pytest.mark.parametrize("straight", [False, True])
def test_goals_out_of_reach_are_refused(planner: Planner, straight: bool) -> None:
    goals: dict[Side, Pose] = {"left": above(0.45, 0.1), "right": above(1.60, -0.1)}
    refused(planner.plan(PlanRequest(start=HOME, tcp_goals=goals, straight=straight)), PlanError.NO_IK_SOLUTION, "right", "1.600")


def test_goals_in_collision_are_refused_with_what_is_in_the_way(planner: Planner, scene: Scene) -> None:
    into_cube = PlanRequest(start=HOME, tcp_goals={"left": above(0.40, 0.055, 0.03)}, scene=scene)
    refused(planner.plan(into_cube), PlanError.GOAL_IN_COLLISION, "red_cube", "left_finger")
    into_table = PlanRequest(start=HOME, tcp_goals={"left": above(0.40, -0.05, 0.0)}, scene=scene)
    refused(planner.plan(into_table), PlanError.GOAL_IN_COLLISION, "table")


def test_goals_that_put_the_hands_into_each_other_are_refused(planner: Planner) -> None:
    goals: dict[Side, Pose] = {"left": above(0.45, 0.02), "right": above(0.45, -0.02)}
    refused(planner.plan(PlanRequest(start=HOME, tcp_goals=goals)), PlanError.GOAL_IN_COLLISION, "left_", "right_")


@pytest.mark.parametrize("value", [7.0, float("nan")])
def test_a_start_outside_the_limits_is_refused(planner: Planner, value: float) -> None:
    start = HOME.copy()
    start[2] = value
    refused(planner.plan(PlanRequest(start=start, tcp_goals={"left": above(0.45, 0.1)})), PlanError.START_OUTSIDE_LIMITS)


def test_a_start_of_the_wrong_size_is_refused(planner: Planner) -> None:
    request = PlanRequest(start=HOME[:12], tcp_goals={"left": above(0.45, 0.1)})
    refused(planner.plan(request), PlanError.START_OUTSIDE_LIMITS, "14")


def test_a_start_in_collision_is_refused_with_what_overlaps(planner: Planner, robot: RobotModel, scene: Scene) -> None:
    start = posture(robot, left=above(0.40, 0.055, 0.03))
    request = PlanRequest(start=start, tcp_goals={"left": above(0.45, 0.1)}, scene=scene)
    refused(planner.plan(request), PlanError.START_IN_COLLISION, "red_cube", "overlap")


def test_a_start_that_is_only_too_near_can_be_left(planner: Planner, robot: RobotModel, scene: Scene) -> None:
    """The fingers are 2 mm above the table, less than the margin of 4 mm."""
    start = posture(robot, left=above(0.40, -0.05, 0.012))
    request = PlanRequest(start=start, tcp_goals={"left": above(0.40, -0.05, 0.15)}, scene=scene)
    assert_sound(solved(planner.plan(request)), request, robot)


def test_allowed_contacts_are_allowed_and_no_others(planner: Planner, robot: RobotModel, scene: Scene) -> None:
    start = posture(robot, left=above(0.40, 0.10, 0.12))
    grasp: dict[Side, Pose] = {"left": above(0.40, 0.10, 0.03, yaw=0.5)}  # turned across the cube: its corners touch the fingers
    request = PlanRequest(start=start, tcp_goals=grasp, scene=scene)
    narrow = start.copy()
    narrow[6] = 0.02
    blocked = replace(request, start=narrow)
    refused(planner.plan(blocked), PlanError.GOAL_IN_COLLISION, "red_cube")
    allowed = replace(blocked, allowed_contacts=(("left_gripper", "red_cube"),))
    assert_reached(solved(planner.plan(allowed)), grasp, robot)
    elsewhere = replace(blocked, allowed_contacts=(("right_gripper", "red_cube"), ("left_gripper", "green_cube")))
    refused(planner.plan(elsewhere), PlanError.GOAL_IN_COLLISION, "red_cube")


def test_what_is_held_counts_as_part_of_the_hand(planner: Planner, robot: RobotModel, scene: Scene) -> None:
    """A long box that hangs from the hand would meet the table where the hand alone doesn't."""
    start = posture(robot, left=above(0.40, -0.05, 0.25))
    box = SceneObject(
        "brown_box",
        "box",
        "brown",
        robot.tcp_pose(start, "left") @ Pose((0.0, 0.0, 0.06)),
        (0.04, 0.04, 0.14),
        held_by="left",
        pose_in_tcp=Pose((0.0, 0.0, 0.06)),
    )
    down = PlanRequest(start=start, tcp_goals={"left": above(0.40, -0.05, 0.10)}, scene=scene)
    assert_sound(solved(planner.plan(down)), down, robot)
    carrying = replace(down, scene=scene.with_object(box))
    refused(planner.plan(carrying), PlanError.GOAL_IN_COLLISION, "brown_box", "table")


def test_what_is_gone_is_not_in_the_way_any_more(planner: Planner, robot: RobotModel, scene: Scene) -> None:
    """Scenes follow one another; nothing of one may stay in the next."""
    into_cube = PlanRequest(start=HOME, tcp_goals={"left": above(0.40, 0.055, 0.03)}, scene=scene)
    refused(planner.plan(into_cube), PlanError.GOAL_IN_COLLISION, "red_cube")
    without = replace(into_cube, scene=Scene(1.0, tuple(item for item in scene if item.name != "red_cube")))
    assert_reached(solved(planner.plan(without)), without.tcp_goals, robot)
    refused(planner.plan(into_cube), PlanError.GOAL_IN_COLLISION, "red_cube")


def test_a_straight_motion_is_straight(planner: Planner, robot: RobotModel, scene: Scene) -> None:
    start = posture(robot, left=above(0.42, 0.05, 0.20), right=above(0.42, -0.20, 0.20))
    goals: dict[Side, Pose] = {"left": above(0.48, 0.02, 0.12, yaw=0.5), "right": above(0.40, -0.24, 0.14)}
    request = PlanRequest(start=start, tcp_goals=goals, scene=scene, straight=True)
    result = planner.plan(request)
    trajectory = solved(result)
    assert result.kind == "straight"
    assert_sound(trajectory, request, robot)
    assert_reached(trajectory, goals, robot)
    shares = []
    for side in names.SIDES:
        origin, end = np.array(robot.tcp_pose(start, side).position), np.array(goals[side].position)
        way = (end - origin) / np.linalg.norm(end - origin)
        positions = path_between(robot, trajectory, side)[:, :3, 3]
        along = (positions - origin) @ way
        assert np.linalg.norm(positions - origin - along[:, None] * way, axis=1).max() < 2e-4
        shares.append(along / np.linalg.norm(end - origin))
    assert np.abs(shares[0] - shares[1]).max() < 5e-3, "in step with one another"


def test_a_blocked_straight_motion_says_how_far_and_by_what(planner: Planner, robot: RobotModel, scene: Scene) -> None:
    start = posture(robot, left=above(0.40, 0.28, 0.08))
    request = PlanRequest(start=start, tcp_goals={"left": above(0.40, -0.05, 0.03)}, scene=scene, straight=True)
    refused(planner.plan(request), PlanError.NO_PATH, "straight", "%", "_c")


def test_both_hands_keep_their_places_on_what_they_hold(planner: Planner, robot: RobotModel) -> None:
    start = posture(robot, left=above(0.45, 0.14, 0.12), right=above(0.45, -0.14, 0.12))
    in_hand = Pose((0.0, 0.14, 0.02), (1.0, 0.0, 0.0, 0.0))
    tray = SceneObject(
        "grey_tray",
        "box",
        "grey",
        robot.tcp_pose(start, "left") @ in_hand,
        (0.20, 0.30, 0.03),
        held_by="both",
        pose_in_tcp=in_hand,
    )
    scene = Scene(0.0, (tray,))
    turn = Pose.from_xyz_rpy((0.03, 0.01, 0.10), (0.0, 0.0, 0.3))
    centre = Pose((0.45, 0.0, 0.12))
    moved = centre @ turn @ centre.inverse
    goals: dict[Side, Pose] = {side: moved @ robot.tcp_pose(start, side) for side in names.SIDES}
    request = PlanRequest(start=start, tcp_goals=goals, scene=scene)
    trajectory = solved(planner.plan(request))
    assert_sound(trajectory, request, robot)
    assert_reached(trajectory, goals, robot)
    left, right = (path_between(robot, trajectory, side) for side in names.SIDES)
    relative = np.linalg.inv(left) @ right
    assert np.abs(relative - relative[0]).max() < 1e-3
    alone = replace(request, tcp_goals={"left": goals["left"]})
    refused(planner.plan(alone), PlanError.INVALID_GOAL, "grey_tray", "both")
    apart = replace(request, tcp_goals={"left": goals["left"], "right": Pose((0.45, -0.20, 0.2), goals["right"].quaternion)})
    refused(planner.plan(apart), PlanError.INVALID_GOAL, "grey_tray")


def walled_in() -> tuple[Array, PlanRequest]:
    """The right hand stands in a cage: there is a goal outside of it, but no way."""
    robot = RobotModel()
    start = posture(robot, right=above(0.45, -0.20, 0.10))
    walls = tuple(
        SceneObject(f"wall_{index}", "box", "brown", Pose((x, y, 0.11)), size)
        for index, (x, y, size) in enumerate(
            [
                (0.45, -0.06, (0.34, 0.02, 0.20)),
                (0.45, -0.34, (0.34, 0.02, 0.20)),
                (0.61, -0.20, (0.02, 0.26, 0.20)),
                (0.29, -0.20, (0.02, 0.26, 0.20)),
            ]
        )
    )
    held = SceneObject(
        "lid",
        "box",
        "brown",
        robot.tcp_pose(start, "right"),
        (0.22, 0.20, 0.02),
        held_by="right",
        pose_in_tcp=Pose((0.0, 0.0, 0.0)),
    )
    roof = tuple(
        SceneObject(f"roof_{index}", "box", "brown", Pose((x, y, 0.22)), size)
        for index, (x, y, size) in enumerate([(0.37, -0.20, (0.04, 0.28, 0.01)), (0.53, -0.20, (0.04, 0.28, 0.01))])
    )
    return start, PlanRequest(start=start, tcp_goals={"right": above(0.45, -0.20, 0.40)}, scene=Scene(0.0, (*walls, *roof, held)))


def test_a_search_without_end_times_out(planner: Planner) -> None:
    _, request = walled_in()
    begun = time.perf_counter()
    result = planner.plan(replace(request, timeout_s=0.3))
    refused(result, PlanError.TIMED_OUT, "0.3")
    assert time.perf_counter() - begun < 10.0


def test_a_search_can_be_cancelled_and_the_next_is_not(planner: Planner, scene: Scene) -> None:
    _, request = walled_in()
    timer = threading.Timer(0.3, planner.cancel)
    timer.start()
    refused(planner.plan(replace(request, timeout_s=120.0)), PlanError.CANCELLED, "cancelled")
    timer.join()
    solved(planner.plan(PlanRequest(start=HOME, tcp_goals={"left": above(0.45, 0.15)}, scene=scene)))
