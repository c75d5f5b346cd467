import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from things import standing

from tandem.cell import names, props
from tandem.cell.collision import CollisionModel
from tandem.cell.observation import Observation
from tandem.cell.places import Spot
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.skills import motion
from tandem.policy.skills.actions import SkillFailure
from tandem.policy.skills.grasps import APPROACH_M, finger_space, grasps_from_above
from tandem.policy.skills.gripping import OPEN
from tandem.policy.skills.lift import handle_grasps
from tandem.policy.skills.meeting import meetings
from tandem.policy.skills.parting import BACK_M, crossing
from tandem.policy.skills.place import tcp_over, upright_size
from tandem.policy.skills.placing import GAP_M
from tandem.policy.skills.situation import Situation, backed, raised

HOME = home_positions()


def situation_of(robot: RobotModel, collision: CollisionModel, *objects: SceneObject) -> Situation:
    scene = Scene(0.0, objects)
    return Situation(robot, collision, Observation(0.0, HOME.copy(), np.zeros(names.DOF), scene), HOME.copy())


def tcp_with(robot: RobotModel, side: names.Side, joints: tuple[float, ...]) -> Pose:
    positions = HOME.copy()
    positions[names.ARM_COLUMNS[side]] = joints
    return robot.tcp_pose(positions, side)


def heading_between(direction: np.ndarray, heading: float) -> float:
    """Angle between a direction and a heading in the plane, modulo a quarter turn [rad]."""
    turn = (np.arctan2(direction[1], direction[0]) - heading) % (np.pi / 2)
    return float(min(turn, np.pi / 2 - turn))


@pytest.mark.parametrize("yaw", [-1.2, 0.0, 0.3, 0.78, 2.9])
def test_grasps_close_across_faces_from_above(robot: RobotModel, collision: CollisionModel, yaw: float) -> None:
    cube = standing("red_cube", 0.45, 0.05, yaw)
    found = grasps_from_above(situation_of(robot, collision, cube), cube, "left")
    assert len(found) >= 4
    for grasp, way in found:
        rotation = grasp.tcp.rotation
        assert np.allclose(rotation[:, 2], (0.0, 0.0, -1.0), atol=1e-9)
        assert heading_between(rotation[:, 1], yaw) < 1e-6
        assert np.allclose(grasp.tcp.position, cube.pose.position)
        reached = tcp_with(robot, "left", way.joints["left"])
        assert np.allclose(reached.matrix, raised(grasp.tcp, APPROACH_M).matrix, atol=1e-6)


def test_prefers_the_side_where_the_fingers_have_room(robot: RobotModel, collision: CollisionModel) -> None:
    cube, beside = standing("red_cube", 0.45, 0.05), standing("green_cube", 0.45, 0.05 + 0.062)
    best, _ = grasps_from_above(situation_of(robot, collision, cube, beside), cube, "left")[0]
    assert abs(best.tcp.rotation[1, 1]) < 0.1
    assert best.space > 0.009


def test_fingers_in_a_bin_stay_clear_of_its_walls(robot: RobotModel, collision: CollisionModel) -> None:
    box = standing("blue_bin", 0.45, 0.2, 0.2)
    cube = standing("red_cube", 0.45, 0.2, 0.9, bottom=0.006, inside="blue_bin", on="")
    cube = SceneObject(**{**cube.__dict__, "pose": box.pose @ Pose.from_xyz_rpy((0.02, -0.01, -0.004), (0, 0, 0.1))})
    best, _ = grasps_from_above(situation_of(robot, collision, cube, box), cube, "left")[0]
    assert best.space > 0.004


def test_too_wide_for_the_fingers_is_said(robot: RobotModel, collision: CollisionModel) -> None:
    crate = SceneObject("crate", "box", "red", Pose((0.45, 0.05, 0.05)), (0.12, 0.12, 0.1), on="table")
    with pytest.raises(SkillFailure, match="too wide"):
        grasps_from_above(situation_of(robot, collision, crate), crate, "left")


def test_out_of_reach_is_said(robot: RobotModel, collision: CollisionModel) -> None:
    far = standing("red_cube", 1.2, 0.0)
    with pytest.raises(SkillFailure, match="can't get at the red cube: it is out of the left arm's reach"):
        grasps_from_above(situation_of(robot, collision, far), far, "left")


def test_what_is_in_the_way_is_said(robot: RobotModel, collision: CollisionModel) -> None:
    cube = standing("red_cube", 0.45, 0.05)
    around = [standing(f"{name}_cube", 0.45 + dx, 0.05 + dy) for name, dx, dy in (("blue", 0.045, 0.0), ("green", 0.0, 0.045))]
    with pytest.raises(SkillFailure, match=r"left_finger_[ab]_link and (blue|green)_cube would come too near"):
        grasps_from_above(situation_of(robot, collision, cube, *around), cube, "left")


def test_finger_space_is_negative_inside_and_ignores_what_is_low() -> None:
    tcp = top_down((0.45, 0.0, 0.02), 0.0)
    in_the_way = standing("green_cube", 0.45, 0.045)
    assert finger_space(tcp, OPEN, [in_the_way]) < 0
    assert finger_space(raised(tcp, 0.1), OPEN, [in_the_way]) == float("inf")


@settings(max_examples=40, deadline=None)
@given(st.floats(0.3, 0.6), st.floats(-0.2, 0.2), st.floats(-3.1, 3.1), st.integers(0, 3), st.floats(-0.01, 0.01), st.booleans())
def test_what_is_put_down_stands_at_the_spot(x: float, y: float, yaw: float, quarter: int, off: float, sideways: bool) -> None:
    """Whatever its pose in the hand, after a hand-over too, as long as its faces are along the tcp's axes."""
    box = SceneObject("box", "box", "red", Pose((0, 0, 0)), (0.04, 0.05, 0.06))
    roll = np.pi / 2 if sideways else np.pi
    in_tcp = Pose.from_xyz_rpy((off, 0.0, 0.5 * off), (roll, 0.0, quarter * np.pi / 2))
    item = upright_size(box, in_tcp)
    stands = tcp_over(Spot(x, y, 0.006), yaw, item, in_tcp) @ in_tcp
    half = np.abs(stands.rotation) @ np.array(box.size) / 2
    assert np.allclose(stands.position, (x, y, 0.006 + half[2] + GAP_M), atol=1e-9)
    assert item.size[2] == pytest.approx(2 * half[2])


@pytest.mark.parametrize("giver", names.SIDES)
def test_hands_meet_opposite_and_crossed_without_collision(
    robot: RobotModel, collision: CollisionModel, giver: names.Side
) -> None:
    receiver = names.other_side(giver)
    in_tcp = Pose.from_xyz_rpy((0.001, 0.0, -0.002), (np.pi, 0.0, 0.0))
    cube = SceneObject("red_cube", "cube", "red", Pose((0, 0, 0)), (0.04,) * 3, held_by=giver, pose_in_tcp=in_tcp)
    situation = situation_of(robot, collision, cube)
    found = meetings(situation, giver, "red_cube", in_tcp.position)
    assert len(found) >= 3
    for meeting in found:
        give, take = meeting.giver.rotation, meeting.receiver.rotation
        assert np.allclose(give[:, 2], -take[:, 2], atol=1e-9)
        assert abs(give[:, 1] @ take[:, 1]) < 1e-9
        assert np.allclose((meeting.giver @ in_tcp).position, meeting.receiver.position, atol=1e-9)
        facing = HOME.copy()
        for side in names.SIDES:
            facing[names.ARM_COLUMNS[side]] = meeting.way.joints[side]
        assert np.allclose(robot.tcp_pose(facing, giver).matrix, meeting.giver.matrix, atol=1e-6)
        assert np.allclose(robot.tcp_pose(facing, receiver).matrix, backed(meeting.receiver, BACK_M).matrix, atol=1e-6)
        collision.set_world(situation.scene, crossing("red_cube"))
        assert not collision.in_collision(facing)


@pytest.mark.parametrize("giver", names.SIDES)
def test_hands_meet_in_the_same_place_wherever_they_come_from(
    robot: RobotModel, collision: CollisionModel, giver: names.Side
) -> None:
    """What is done in the same way every time can be learned by watching; only what is in the way may change it."""
    rng = np.random.default_rng(5)
    poses = []
    for _ in range(4):
        in_tcp = Pose.from_xyz_rpy(tuple(rng.uniform(-0.002, 0.002, 3)), (np.pi, 0.0, rng.integers(4) * np.pi / 2))
        cube = SceneObject("red_cube", "cube", "red", Pose((0, 0, 0)), (0.04,) * 3, held_by=giver, pose_in_tcp=in_tcp)
        situation = situation_of(robot, collision, cube)
        situation.commanded = HOME + rng.uniform(-0.4, 0.4, len(HOME)) * motion.ARMS
        meeting = meetings(situation, giver, "red_cube", in_tcp.position)[0]
        poses.append(np.concatenate([meeting.way.joints[side] for side in names.SIDES]))
    assert np.ptp(poses, axis=0).max() < 0.03


def test_each_hand_takes_its_own_handle(robot: RobotModel, collision: CollisionModel) -> None:
    tray = standing("tray", 0.45, 0.0, 1.5)
    for tcps, _ in handle_grasps(situation_of(robot, collision, tray), tray):
        assert tcps["left"].position[1] > 0.1
        assert tcps["right"].position[1] < -0.1
        for side, (bar, _) in zip(("left", "right"), props.handle_bars(tray.size), strict=True):
            assert np.allclose(tcps[side].position, (tray.pose @ bar).position, atol=1e-9)
            assert heading_between(tcps[side].rotation[:, 1], tray.pose.yaw) < 1e-6


def test_a_cube_has_no_handles(robot: RobotModel, collision: CollisionModel) -> None:
    cube = standing("red_cube", 0.45, 0.05)
    with pytest.raises(SkillFailure, match="no handles"):
        handle_grasps(situation_of(robot, collision, cube), cube)


def test_a_peg_is_taken_high_up_and_a_socket_far_from_its_hole_with_the_camera_away(
    robot: RobotModel, collision: CollisionModel
) -> None:
    peg, base = standing("red_peg", 0.42, -0.12, 0.4), standing("blue_socket", 0.42, 0.15, -1.4)
    situation = situation_of(robot, collision, peg, base)
    for grasp, _ in grasps_from_above(situation, peg, "right"):
        assert grasp.tcp.position == pytest.approx((0.42, -0.12, 0.072), abs=1e-6)
        assert grasp.half_width == pytest.approx(0.012)
    for grasp, _ in grasps_from_above(situation, base, "left"):
        local = base.pose.inverse @ grasp.tcp
        assert local.position == pytest.approx((-0.065, 0.0, 0.0), abs=0.01)
        assert local.rotation[0, 0] == pytest.approx(-1.0), "the hand's x axis, where its camera is, points away from the hole"
        assert grasp.half_width == pytest.approx(0.025)
