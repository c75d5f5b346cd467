"""What the planned skills achieve, and when they say that they can't."""

from dataclasses import replace

import numpy as np
import pytest
from skill_ride import BLUE_BIN, GREEN, HOME, RED, RideMaker
from things import standing

from tandem.cell import names, relations
from tandem.cell.collision import CollisionModel
from tandem.cell.marks import HAND_OUT, marked_place
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel
from tandem.cell.scene import SceneObject
from tandem.motion.ompl_planner import OmplPlanner
from tandem.policy.skills.policy import SkillsPolicy


def test_picks_and_puts_in_the_bin(ride: RideMaker) -> None:
    cell = ride(RED, GREEN, BLUE_BIN)
    assert cell.step(Step("pick", "left", "red_cube")).status == "done"
    assert cell.world.scene()["red_cube"].held_by == "left"
    assert cell.world.scene()["red_cube"].pose.position[2] > 0.1
    assert cell.step(Step("place", "left", "red_cube", "blue_bin", "in")).status == "done"
    scene = cell.world.scene()
    assert relations.is_inside(scene["red_cube"], scene["blue_bin"])
    assert np.allclose(cell.world.positions, HOME, atol=0.01)


def test_stacks_with_edges_along_edges(ride: RideMaker) -> None:
    cell = ride(RED, GREEN)
    cell.step(Step("pick", "right", "red_cube"))
    assert cell.step(Step("place", "right", "red_cube", "green_cube", "on")).status == "done"
    scene = cell.world.scene()
    red, green = scene["red_cube"], scene["green_cube"]
    assert np.allclose(red.pose.position[:2], green.pose.position[:2], atol=1e-3)
    assert 0.0 < red.pose.position[2] - green.pose.position[2] - 0.04 < 0.003
    turn = (red.pose.yaw - green.pose.yaw) % (np.pi / 2)
    assert min(turn, np.pi / 2 - turn) < 1e-3


@pytest.mark.parametrize("relation", ["left_of", "right_of", "in_front_of", "behind"])
def test_puts_beside(ride: RideMaker, relation: str) -> None:
    cell = ride(standing("red_cube", 0.45, 0.0, 0.3), standing("green_cube", 0.40, -0.15))
    cell.step(Step("pick", "right", "green_cube"))
    assert cell.step(Step("place", "right", "green_cube", "red_cube", relation)).status == "done"
    scene = cell.world.scene()
    green = scene["green_cube"]
    settled = replace(green, pose=Pose((*green.pose.position[:2], 0.02), green.pose.quaternion))
    assert relations.relation_holds(relation, settled, scene["red_cube"])
    table = ("green_cube", "table")
    assert any(table in chunk.allowed_contacts for chunk in cell.chunks)
    assert not any(set(pair) == {"green_cube", "red_cube"} for chunk in cell.chunks for pair in chunk.allowed_contacts)


@pytest.mark.parametrize("giver", names.SIDES)
def test_hands_over_and_the_giver_goes_home(ride: RideMaker, giver: names.Side) -> None:
    cell, receiver = ride(GREEN), names.other_side(giver)
    assert cell.step(Step("pick", giver, "green_cube")).status == "done"
    assert cell.step(Step("hand_over", giver, "green_cube", receiver)).status == "done"
    assert cell.world.scene()["green_cube"].held_by == receiver
    assert cell.world.dropped == []
    columns = names.ARM_COLUMNS[giver]
    assert np.allclose(cell.world.positions[columns], HOME[columns], atol=0.01)


@pytest.mark.parametrize("side", names.SIDES)
def test_holds_out_and_stays_there(ride: RideMaker, side: names.Side) -> None:
    cell, place = ride(GREEN), marked_place(HAND_OUT)
    assert cell.step(Step("pick", side, "green_cube")).status == "done"
    assert cell.step(Step("give", side, "green_cube")).status == "done"
    item = cell.world.scene()["green_cube"]
    assert item.held_by == side
    assert np.allclose(item.pose.position, (*place.position, place.height), atol=0.002)
    assert cell.world.dropped == []
    again = cell.world.time
    assert cell.step(Step("give", side, "green_cube")).status == "done"
    assert cell.world.time - again < 5.0


def test_only_what_is_in_the_hand_can_be_held_out(ride: RideMaker) -> None:
    output = ride(GREEN).step(Step("give", "left", "green_cube"))
    assert output.status == "failed"
    assert "the left hand doesn't hold the green cube" in output.reason


@pytest.mark.parametrize("wider", [-0.003, 0.0, 0.003])
def test_takes_an_egg_lightly_however_wide_it_seems(ride: RideMaker, wider: float) -> None:
    real = standing("white_egg", 0.46, 0.04)
    cell = ride(real, BLUE_BIN)
    cell.world.seen_wider["white_egg"] = wider
    assert cell.step(Step("pick", "left", "white_egg")).status == "done"
    assert 3.0 < cell.world.felt["left"] < 5.0
    assert cell.step(Step("give", "left", "white_egg")).status == "done"
    assert 3.0 < cell.world.felt["left"] < 5.0
    assert cell.step(Step("place", "left", "white_egg", "blue_bin", "in")).status == "done"
    scene = cell.world.scene()
    assert relations.is_inside(scene["white_egg"], scene["blue_bin"])
    assert cell.world.hardest["white_egg"] < 8.0


def test_takes_no_egg_without_feeling(ride: RideMaker) -> None:
    cell = ride(standing("white_egg", 0.46, 0.04))
    cell.world.feels = False
    output = cell.step(Step("pick", "left", "white_egg"))
    assert output.status == "failed"
    assert "report no touch, and the white egg would break" in output.reason
    assert cell.world.hardest == {}


def test_another_policy_run_keeps_a_light_grip(ride: RideMaker, robot: RobotModel, planner: OmplPlanner) -> None:
    cell = ride(standing("white_egg", 0.46, 0.04))
    cell.step(Step("pick", "left", "white_egg"))
    cell.policy = SkillsPolicy(planner, robot)
    assert cell.step(Step("hold", "left", "white_egg", duration=1.0)).status == "done"
    assert 2.0 < cell.world.felt["left"] < 6.0


@pytest.mark.parametrize("resume", [Step("hand_over", "right", "green_cube", "left"), Step("pick", "left", "green_cube")])
def test_goes_on_where_a_hand_over_was_broken_off(ride: RideMaker, resume: Step) -> None:
    """Both hands still hold the cube: the one that should not lets go."""
    cell = ride(GREEN)
    cell.step(Step("pick", "right", "green_cube"))
    cell.policy.begin(Step("hand_over", "right", "green_cube", "left"), "one", cell.world.observation())
    while cell.world.scene()["green_cube"].held_by != "both":
        cell.tick()
    cell.world.chunk = None
    cell.world.advance(1.0)
    assert cell.step(resume).status == "done"
    assert cell.world.scene()["green_cube"].held_by == "left"
    assert cell.world.dropped == []


def test_puts_down_upright_what_was_handed_over(ride: RideMaker) -> None:
    cell = ride(GREEN, BLUE_BIN)
    cell.step(Step("pick", "right", "green_cube"))
    cell.step(Step("hand_over", "right", "green_cube", "left"))
    assert cell.step(Step("place", "left", "green_cube", "blue_bin", "in")).status == "done"
    scene = cell.world.scene()
    assert relations.is_inside(scene["green_cube"], scene["blue_bin"])
    assert np.isclose(np.abs(scene["green_cube"].pose.rotation[2]).max(), 1.0, atol=1e-4)


def test_both_hands_lift_in_step(ride: RideMaker, robot: RobotModel) -> None:
    cell = ride(standing("tray", 0.45, 0.0, 1.5))
    assert cell.step(Step("lift", "both", "tray")).status == "done"
    tray = cell.world.scene()["tray"]
    assert tray.held_by == "both"
    assert tray.pose.position[2] > 0.1
    lifting = [row for chunk in cell.chunks if "lifting" in chunk.note for row in chunk.positions]
    between = np.array([(robot.tcp_pose(row, "left").inverse @ robot.tcp_pose(row, "right")).position for row in lifting[::5]])
    assert np.ptp(between, axis=0).max() < 0.002
    before = cell.world.time
    assert cell.step(Step("hold", "both", "tray", duration=3.0)).status == "done"
    assert cell.world.time - before >= 3.0
    assert cell.world.scene()["tray"].held_by == "both"


@pytest.mark.parametrize(("target", "relation"), [("table", "on"), ("red_cube", "behind")])
def test_both_hands_put_down_what_they_lifted(ride: RideMaker, target: str, relation: str) -> None:
    cell = ride(standing("tray", 0.42, 0.0, 1.5), standing("red_cube", 0.27, 0.1))
    assert cell.step(Step("lift", "both", "tray")).status == "done"
    output = cell.step(Step("place", "both", "tray", target, relation))
    assert output.status == "done", output.reason
    scene = cell.world.scene()
    assert scene["tray"].held_by == ""
    assert scene["tray"].pose.position[2] == pytest.approx(0.028, abs=0.003)
    assert np.allclose(cell.world.positions, HOME, atol=0.01)


def test_tries_again_where_the_object_is_seen_after_missing_it(ride: RideMaker) -> None:
    cell = ride(RED)
    cell.policy.begin(Step("pick", "left", "red_cube"), "one", cell.world.observation())
    while "going down" not in cell.tick().reason:
        pass
    cell.world.objects["red_cube"] = standing("red_cube", 0.50, 0.12, 1.0)
    output = cell.tick()
    while output.status == "running":
        output = cell.tick()
    assert output.status == "done"
    assert cell.world.scene()["red_cube"].held_by == "left"


def test_gives_up_with_a_reason_what_it_never_gets(ride: RideMaker) -> None:
    """A mirage: it is seen where nothing stops the fingers."""
    cell = ride(RED)
    cell.world.touchable = False
    output = cell.step(Step("pick", "left", "red_cube"), limit_s=90.0)
    assert output.status == "failed"
    assert "closed beside the red cube" in output.reason
    assert cell.world.positions[names.GRIPPER_COLUMN["left"]] > 0.04


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (Step("pick", "left", "yellow_cube"), "the yellow cube isn't seen"),
        (Step("place", "left", "red_cube", "blue_bin", "in"), "the left hand doesn't hold the red cube"),
        (Step("hand_over", "left", "red_cube", "right"), "the left hand doesn't hold the red cube"),
        (Step("lift", "both", "red_cube"), "no handles"),
        (Step("pick", "both", "red_cube"), "takes one arm"),
        (Step("hold", "left", "red_cube"), "doesn't hold the red cube"),
    ],
)
def test_fails_at_once_and_without_motion(ride: RideMaker, step: Step, why: str) -> None:
    cell = ride(RED, BLUE_BIN)
    output = cell.step(step)
    assert output.status == "failed"
    assert why in output.reason
    assert all(np.allclose(chunk.positions, HOME, atol=1e-9) for chunk in cell.chunks)


def test_an_unknown_verb_is_an_error(ride: RideMaker) -> None:
    cell = ride(RED)
    with pytest.raises(ValueError, match="juggle"):
        cell.policy.begin(Step("juggle", "left"), "one", cell.world.observation())  # type: ignore[arg-type]


def test_sends_the_other_arm_out_of_the_way(ride: RideMaker, robot: RobotModel, collision: CollisionModel) -> None:
    cell = ride(RED, GREEN)
    cell.step(Step("pick", "right", "red_cube"))
    held_above = cell.world.positions.copy()
    assert not np.allclose(held_above[names.ARM_COLUMNS["right"]], HOME[names.ARM_COLUMNS["right"]], atol=0.1)
    near = replace(GREEN, pose=Pose((0.42, 0.11, 0.02)))
    cell.world.objects["green_cube"] = near
    assert cell.step(Step("pick", "left", "green_cube")).status == "done"
    scene = cell.world.scene()
    assert (scene["green_cube"].held_by, scene["red_cube"].held_by) == ("left", "right")


def test_open_lets_go_and_rises(ride: RideMaker) -> None:
    cell = ride(RED)
    cell.step(Step("pick", "left", "red_cube"))
    height = cell.world.robot.tcp_pose(cell.world.positions, "left").position[2]
    assert cell.step(Step("open", "left")).status == "done"
    assert cell.world.scene()["red_cube"].held_by == ""
    assert cell.world.robot.tcp_pose(cell.world.positions, "left").position[2] > height + 0.05


def test_close_and_open_move_only_the_fingers(ride: RideMaker) -> None:
    cell = ride()
    assert cell.step(Step("close", "both")).status == "done"
    assert np.allclose(cell.world.positions[[6, 13]], 0.0, atol=1e-6)
    assert cell.step(Step("open", "right")).status == "done"
    assert cell.world.positions[13] > 0.04
    assert np.allclose(np.delete(cell.world.positions, [6, 13]), np.delete(HOME, [6, 13]), atol=1e-9)


def test_does_not_take_an_object_out_of_the_other_hand(ride: RideMaker) -> None:
    cell = ride(GREEN)
    cell.step(Step("pick", "right", "green_cube"))
    output = cell.step(Step("pick", "left", "green_cube"))
    assert output.status == "failed"
    assert "is in the right hand" in output.reason


def a_box(name: str, x: float, y: float, size: tuple[float, float, float]) -> SceneObject:
    return SceneObject(name, "box", "red", Pose((x, y, size[2] / 2)), size, on="table")


def test_takes_other_cuboids_across_their_narrow_side(ride: RideMaker) -> None:
    cell = ride(a_box("brick", 0.45, 0.05, (0.03, 0.12, 0.06)))
    assert cell.step(Step("pick", "left", "brick")).status == "done"
    assert cell.world.scene()["brick"].held_by == "left"
