"""The collision model's answers, checked against geometry that is known by construction."""

import numpy as np
import pytest

from tandem.cell import names, props, socket
from tandem.cell.collision import CollisionModel
from tandem.cell.limits import joint_limits
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject


@pytest.fixture(scope="module")
def robot() -> RobotModel:
    return RobotModel()


@pytest.fixture(scope="module")
def model() -> CollisionModel:
    return CollisionModel()


def cube(pose: Pose, name: str = "red_cube", **keys: object) -> SceneObject:
    return SceneObject(name, "cube", "red", pose, (0.04, 0.04, 0.04), **keys)  # type: ignore[arg-type]


def below_tcp(robot: RobotModel, side: names.Side, drop: float) -> Pose:
    """A pose below the fingertips by ``drop`` along the tool's axis."""
    return robot.tcp_pose(home_positions(), side) @ Pose((0.0, 0.0, drop))


def test_home_is_free(model: CollisionModel) -> None:
    model.set_world(Scene())
    assert not model.in_collision(home_positions())


def test_distance_to_a_cube_below_the_open_fingers(model: CollisionModel, robot: RobotModel) -> None:
    # The tips reach 10 mm beyond the tcp and 42.5 mm to each side of it; the cube's upper face is 8 mm beyond them.
    wide = SceneObject("slab", "box", "red", below_tcp(robot, "left", 0.010 + 0.008 + 0.02), (0.04, 0.12, 0.04))
    model.set_world(Scene(objects=(wide,)))
    nearest = model.clearance(home_positions())
    assert set(nearest.bodies) <= {"left_finger_a_link", "left_finger_b_link", "slab"}
    assert nearest.distance == pytest.approx(0.008, abs=1e-5)
    assert nearest.margin == 0.004
    assert not model.in_collision(home_positions())
    assert model.in_collision(home_positions(), scale=2.01)


def test_allowed_contacts_and_groups(model: CollisionModel, robot: RobotModel) -> None:
    touching = Scene(objects=(cube(robot.tcp_pose(home_positions(), "left")),))
    closed = np.array(home_positions())
    closed[names.GRIPPER_COLUMN["left"]] = 0.019
    model.set_world(touching)
    assert model.in_collision(closed)
    model.set_world(touching, (("left_fingers", "red_cube"),))
    assert not model.in_collision(closed)
    model.set_world(touching, (("red_cube", "left_gripper"),))
    assert not model.in_collision(closed)
    model.set_world(touching, (("right_gripper", "red_cube"),))
    assert model.in_collision(closed)


def test_held_object_moves_with_its_gripper(model: CollisionModel, robot: RobotModel) -> None:
    held = cube(Pose((0.0, 0.0, -3.0)), held_by="left", pose_in_tcp=Pose((0.0, 0.0, 0.0)))
    closed = np.array(home_positions())
    closed[names.GRIPPER_COLUMN["left"]] = 0.02
    model.set_world(Scene(objects=(held,)))
    assert not model.in_collision(closed), "a held object is not checked against its own gripper"
    turned = closed.copy()
    turned[0] += 0.4
    other = SceneObject("green_box", "box", "green", robot.tcp_pose(turned, "left"), (0.05, 0.05, 0.05))
    free = (("left_gripper", "green_box"),)
    model.set_world(Scene(objects=(held, other)), free)
    assert not model.in_collision(closed)
    assert model.in_collision(turned)
    assert set(model.clearance(turned).bodies) == {"red_cube", "green_box"}


def test_held_object_against_the_table(model: CollisionModel, robot: RobotModel) -> None:
    tcp = robot.tcp_pose(home_positions(), "left")
    above_table = Pose((tcp.position[0], tcp.position[1], 0.02 + 0.003))
    held = cube(Pose((0.0, 0.0, 0.0)), held_by="left", pose_in_tcp=tcp.inverse @ above_table)
    model.set_world(Scene(objects=(held,)))
    nearest = model.clearance(home_positions())
    assert set(nearest.bodies) == {"red_cube", "table"}
    assert nearest.slack < 0
    model.set_world(Scene(objects=(held,)), (("red_cube", "table"),))
    assert not model.in_collision(home_positions())


def test_a_thing_that_left_the_scene_is_gone(model: CollisionModel, robot: RobotModel) -> None:
    inside = cube(robot.frame_pose(home_positions(), "left_forearm_link"))
    model.set_world(Scene(objects=(inside,)))
    assert model.in_collision(home_positions())
    model.set_world(Scene())
    assert not model.in_collision(home_positions())


def test_more_objects_than_the_pool_had(robot: RobotModel) -> None:
    model = CollisionModel()
    many = tuple(cube(Pose((0.3 + 0.06 * (i % 7), -0.3 + 0.06 * (i // 7), -1.0)), f"cube_{i}") for i in range(60))
    hit = cube(robot.frame_pose(home_positions(), "right_forearm_link"), "last")
    model.set_world(Scene(objects=(*many, hit)))
    assert model.in_collision(home_positions())
    assert "last" in model.clearance(home_positions()).bodies


def test_humans_keep_their_margin(model: CollisionModel, robot: RobotModel) -> None:
    tcp = np.array(robot.tcp_pose(home_positions(), "right").position)
    model.set_world(Scene(), humans=[tcp + np.array([0.25, 0.0, 0.0])])
    assert model.in_collision(home_positions())
    assert "human_1" in model.clearance(home_positions()).bodies
    model.set_world(Scene(), humans=[tcp + np.array([0.9, 0.0, 0.0])])
    assert not model.in_collision(home_positions())


def test_escape_keeps_the_distance_that_there_is(model: CollisionModel, robot: RobotModel) -> None:
    slab = SceneObject("slab", "box", "red", below_tcp(robot, "left", 0.010 + 0.001 + 0.02), (0.04, 0.12, 0.04))
    scene = Scene(objects=(slab,))
    start = home_positions()
    nearer, farther = np.array(start), np.array(start)
    nearer[1] += 0.0005
    farther[1] -= 0.0005
    model.set_world(scene)
    assert model.in_collision(start)
    model.set_world(scene, escape=start)
    assert not model.in_collision(start)
    assert model.in_collision(nearer)
    assert not model.in_collision(farther)
    model.set_world(scene)
    assert model.in_collision(farther), "the escape holds for one world only"


def test_clearance_and_collision_agree(model: CollisionModel) -> None:
    scene = Scene(
        objects=(
            cube(Pose((0.45, 0.1, 0.02))),
            SceneObject("blue_bin", "bin", "blue", Pose((0.45, 0.25, 0.03)), props.default_size("bin")),
            SceneObject(
                "tray", "tray", "yellow", Pose.from_xyz_rpy((0.5, -0.1, 0.028), (0, 0, 1.57)), props.default_size("tray")
            ),
        )
    )
    model.set_world(scene)
    rng = np.random.default_rng(3)
    limits = joint_limits()
    seen = set()
    for positions in limits.lower + (limits.upper - limits.lower) * rng.random((400, 14)):
        nearest = model.clearance(positions)
        hit = model.in_collision(positions)
        assert hit == (nearest.slack < 0)
        seen.add(hit)
    assert seen == {True, False}


def test_no_point_moves_farther_than_its_reach_allows(robot: RobotModel) -> None:
    """The bound that between-sample checks rest on: the change of every pair's distance against the joints' motion."""
    model = CollisionModel()
    held = cube(Pose((0.0, 0.0, -3.0)), held_by="right", pose_in_tcp=Pose((0.01, 0.0, 0.03)))
    model.set_world(Scene(objects=(held, cube(Pose((0.45, 0.1, 0.02)), "green_cube"))))
    rng = np.random.default_rng(5)
    limits = joint_limits()
    for start in limits.lower + (limits.upper - limits.lower) * rng.random((60, 14)):
        step = rng.normal(size=14) * 0.05 * (rng.random(14) < 0.4)
        before = {pair: model.distance(pair) for pair in model.near(start, 0.15)}
        model.place(start + step)
        for pair, distance in before.items():
            assert abs(model.distance(pair) - distance) <= model.reach[pair] @ np.abs(step) + 1e-5


def test_what_is_in_a_held_thing_moves_with_it(model: CollisionModel, robot: RobotModel) -> None:
    """And isn't checked against it: they were put together."""
    size, grip = props.default_size("socket"), Pose((0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0)) @ Pose((0.065, 0.0, 0.0))
    base = robot.tcp_pose(home_positions(), "left") @ grip
    hole = socket.hole_frame(size)
    peg_pose = base @ hole @ Pose((0.0, 0.0, 0.0451))
    held = SceneObject("red_socket", "socket", "red", base, size, held_by="left", pose_in_tcp=grip)
    peg = SceneObject("blue_peg", "peg", "blue", peg_pose, props.default_size("peg"), inside="red_socket")
    moved = home_positions().copy()
    moved[0] += 0.9
    model.set_world(Scene(objects=(held, peg)))
    assert not model.in_collision(home_positions())
    assert not model.in_collision(moved)
    x, y, z = (robot.tcp_pose(moved, "left") @ grip @ hole @ Pose((0.0, 0.0, 0.10))).position
    wall = SceneObject("wall", "box", "red", Pose((x, y, z)), (0.02, 0.02, 0.02))
    model.set_world(Scene(objects=(held, peg, wall)))
    assert not model.in_collision(home_positions())
    assert set(model.clearance(moved).bodies) == {"blue_peg", "wall"}
    model.set_world(Scene(objects=(held, SceneObject("blue_peg", "peg", "blue", peg_pose, peg.size))))
    slightly = home_positions().copy()
    slightly[0] += 0.05
    assert model.in_collision(slightly), "what merely stands there is left behind"
