"""Taking a plug: where loops of cable push the hand, and where a cable is wedged in."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from test_skill_box_places import at_a_box

from tandem.cell import ik, names
from tandem.cell.busybox.layout import canonical
from tandem.cell.collision import CollisionModel
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel
from tandem.policy.skills.actions import Go, Report
from tandem.policy.skills.box import pull
from tandem.policy.skills.box.bracing import Stance
from tandem.policy.skills.box.hands import against_loops, rise_and_leave, touch_of
from tandem.policy.skills.situation import Situation
from tandem.policy.skills.ways import Way

SIDE: names.Side = "right"


def _at_a_plug(robot: RobotModel, collision: CollisionModel) -> tuple[Situation, Stance]:
    """The right hand around a plug of the blue wire, with its fingers open."""
    situation = at_a_box(robot, collision, canonical(), 3)
    places = pull._places(situation, ("box/wires/blue/top", "box/wires/blue/bottom"))
    for place in places:
        joints = ik.solve(robot, SIDE, place[0], situation.commanded)
        if joints is None:
            continue
        sent = situation.commanded.copy()
        sent[names.ARM_COLUMNS[SIDE]], sent[names.GRIPPER_COLUMN[SIDE]] = joints, pull.OPENING
        seen = replace(situation.observation, positions=sent.copy())
        stance = Stance(SIDE, place, None, Way({SIDE: tuple(joints)}, 0.0), ())
        return Situation(robot, collision, seen, sent), stance
    raise AssertionError("no plug is in reach")


def _pushed(situation: Situation, sideways: float, along: float) -> None:
    """The hand feels forces along its fingers' faces, and along their closing direction [N]."""
    wrench = np.array([sideways, along, 0.0, 0.0, 0.0, 0.0])
    seen = situation.observation
    situation.observation = replace(seen, stamp=seen.stamp + 0.1, wrenches={SIDE: wrench})


@pytest.mark.parametrize(("sideways", "along", "wedged"), [(13.0, 0.0, True), (-13.0, 0.0, True), (8.0, 20.0, False)])
def test_a_cable_that_is_wedged_in_is_felt_while_the_fingers_close(
    robot: RobotModel, collision: CollisionModel, sideways: float, along: float, wedged: bool
) -> None:
    situation, stance = _at_a_plug(robot, collision)
    _pushed(situation, 0.0, 0.0)
    closing = pull.close_on(situation, stance, situation.object("box/wires/blue"))
    motion = next(closing)
    assert isinstance(motion, Go)
    assert motion.enough is not None
    _pushed(situation, sideways, along)
    assert motion.enough(situation.observation) == wedged
    situation.commanded = situation.commanded.copy()
    situation.commanded[names.GRIPPER_COLUMN[SIDE]] = 0.0  # fingers that are held open have closed on something
    with pytest.raises(StopIteration) as end:
        closing.send(Report(True))
    assert end.value.value.ok != wedged
    assert ("cable" in end.value.value.reason) == wedged


def test_a_hand_is_sent_as_far_beyond_as_loops_push_it_aside(robot: RobotModel, collision: CollisionModel) -> None:
    situation, stance = _at_a_plug(robot, collision)
    aim = stance.places[0]
    x, y, z = aim.position
    for aside, beyond in ((0.002, 0.002), (0.02, 0.005)):
        joints = ik.solve(robot, SIDE, Pose((x + aside, y, z), aim.quaternion), situation.commanded)
        assert joints is not None
        positions = situation.commanded.copy()
        positions[names.ARM_COLUMNS[SIDE]] = joints
        situation.observation = replace(situation.observation, positions=positions)
        sent = against_loops(situation, SIDE, aim)
        np.testing.assert_allclose(np.subtract(sent.position, aim.position), (-beyond, 0.0, 0.0), atol=2e-4)
        assert sent.quaternion == aim.quaternion


def test_either_plug_is_offered_from_either_side(robot: RobotModel, collision: CollisionModel) -> None:
    situation = at_a_box(robot, collision, canonical(), 3)
    names_of = ("box/wires/blue/top", "box/wires/blue/bottom")
    found = list(pull._places(situation, names_of))
    alone = list(chain.from_iterable(pull._places(situation, (name,)) for name in names_of))
    assert found == alone
    assert len(found) == 4


def test_loops_that_came_near_meanwhile_are_pushed_aside_on_the_way_up(robot: RobotModel, collision: CollisionModel) -> None:
    situation, _ = _at_a_plug(robot, collision)
    own = touch_of(SIDE, "box/wires/blue/top")
    leaving = rise_and_leave(situation, (SIDE,), own)
    first = next(leaving)
    assert isinstance(first, Go)
    assert first.goals[0].contacts == own
    second = leaving.send(Report(False, moved=False, reason="a loop is in the way"))
    assert isinstance(second, Go)
    assert set(second.goals[0].contacts) > set(own)
    assert (f"{SIDE}_gripper", "box/wires/white") in second.goals[0].contacts
    with pytest.raises(StopIteration) as end:
        leaving.send(Report(True))
    assert end.value.value.ok


def test_a_box_that_is_shoved_on_the_way_is_not_followed_twice(robot: RobotModel, collision: CollisionModel) -> None:
    situation = at_a_box(robot, collision, canonical(), 3)
    wire = "box/wires/blue"
    names_of = [f"{wire}/{row}" for row in ("top", "bottom")]
    contacts = touch_of(SIDE, *names_of, *(item.name for item in situation.scene if item.category == "wire"))
    taking = pull._take(situation, SIDE, situation.object(wire), names_of, contacts)
    first = next(taking)
    assert isinstance(first, Go)
    assert first.enough is not None
    shove = Pose((0.02, 0.0, 0.0))
    shoved = tuple(replace(item, pose=shove @ item.pose) for item in situation.scene)
    situation.observation = replace(situation.observation, scene=replace(situation.scene, objects=shoved))
    assert first.enough(situation.observation)
    taking.send(Report(True))  # it backs off,
    again = taking.send(Report(True))  # sets out anew for where the box is,
    assert isinstance(again, Go)
    taking.send(Report(True))  # stops over the plug to look,
    down = taking.send(Report(False))  # and goes on down there
    assert isinstance(down, Go)
    np.testing.assert_allclose(down.goals[-1].tcp[SIDE].position[:2], again.goals[-1].tcp[SIDE].position[:2], atol=1e-9)
