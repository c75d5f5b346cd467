"""Ways to the parts of the BusyBox, for every layout: in reach, free of collision, and braced where that is wanted."""

from math import pi

import numpy as np
import pytest

from tandem.cell import names
from tandem.cell.busybox.layout import CELLS, MODULES, Layout, Place, canonical, fully_shuffled
from tandem.cell.busybox.parts import BOX, plug
from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.busybox.state import WIRE_COLOURS, BoxState
from tandem.cell.collision import CollisionModel
from tandem.cell.names import Side
from tandem.cell.observation import Observation
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene
from tandem.policy.skills.box import flip, press, pull, slide, turn
from tandem.policy.skills.box.braces import Spot, needed_to_hold_down
from tandem.policy.skills.box.bracing import stances
from tandem.policy.skills.box.hands import FIST, descents, tips_at, touch_of
from tandem.policy.skills.box.hooks import hooks
from tandem.policy.skills.situation import Situation


def turned(quarters: int) -> Layout:
    """All modules turned alike, each in another cell than in the canonical layout."""
    cells = CELLS[quarters:] + CELLS[:quarters]
    return Layout(tuple((module, Place(cell, quarters)) for module, cell in zip(MODULES, cells, strict=True)))


def at_a_box(robot: RobotModel, collision: CollisionModel, layout: Layout, seed: int) -> Situation:
    """Both arms at home, a box somewhere in front of them in some state."""
    rng = np.random.default_rng(seed)
    box = Pose.from_xyz_rpy(
        (rng.uniform(0.43, 0.49), rng.uniform(-0.05, 0.05), 0.0), (0.0, 0.0, -pi / 2 + rng.uniform(-0.2, 0.2))
    )
    first, second = (int(number) for number in rng.integers(1, 6, 2))
    state = BoxState((first, second), int(rng.integers(1, 7)), (bool(rng.integers(2)), bool(rng.integers(2))))
    home = home_positions()
    scene = Scene(0.0, scene_objects(box, layout, state, measured=leaning(box @ layout["wires"].pose, rng)))
    return Situation(robot, collision, Observation(0.0, home.copy(), np.zeros(names.DOF), scene), home.copy())


def leaning(module: Pose, rng: np.random.Generator) -> dict[str, tuple[float, float, float]]:
    """Highest points of loops that lean to either side, by wire."""
    tops = {}
    for colour in WIRE_COLOURS:
        x, _, _ = plug(colour, "top")
        lean = rng.uniform(-1.0, 1.0)
        tops[f"box/wires/{colour}"] = (module @ Pose((x + 0.03 * np.sin(lean), 0.0, 0.025 + 0.03 * np.cos(lean)))).position
    return tops


def nearer_side(situation: Situation, name: str) -> Side:
    return "left" if situation.object(name).pose.position[1] > 0 else "right"


@pytest.fixture(
    params=[*((f"turned {quarters}", turned(quarters)) for quarters in range(4)), ("canonical", canonical())]
    + [(f"shuffled {seed}", fully_shuffled(np.random.default_rng(seed))) for seed in range(3)],
    ids=lambda param: param[0],
)
def situation(request: pytest.FixtureRequest, robot: RobotModel, collision: CollisionModel) -> Situation:
    name, layout = request.param
    return at_a_box(robot, collision, layout, seed=len(name) + ord(name[-1]))


@pytest.mark.parametrize("side", names.SIDES)
def test_either_hand_gets_at_every_button_and_slider(situation: Situation, side: Side) -> None:
    for item in situation.scene:
        contacts = touch_of(side, item.name)
        if item.category == "button":
            assert descents(situation, side, item.name, press._places(item), FIST, contacts)
        if item.category == "slider":
            number = 1 if item.state != "1" else 5
            opening = item.size[1] / 2 + slide._ROOM_M
            assert descents(situation, side, item.name, slide._places(situation, item.name, number), opening, contacts)


@pytest.mark.parametrize("side", names.SIDES)
def test_either_hand_flips_every_switch_while_the_other_one_braces(situation: Situation, side: Side) -> None:
    for item in [item for item in situation.scene if item.category == "switch"]:
        places = flip._places(situation, item.name, on=item.state == "off")
        assert stances(situation, side, item.name, places, FIST, touch_of(side, item.name))[0].brace is not None


def test_the_nearer_hand_turns_the_knob_to_any_number_while_the_other_one_braces(situation: Situation) -> None:
    knob = situation.object("box/knob/knob")
    side = nearer_side(situation, knob.name)
    for number in (number for number in range(1, 7) if str(number) != knob.state):
        places = turn._places(situation, knob.name, number)
        opening = knob.size[0] / 2 + turn._ROOM_M
        assert stances(situation, side, knob.name, places, opening, touch_of(side, knob.name))[0].brace is not None


def test_the_nearer_hand_pulls_every_wire_while_the_other_one_holds_the_box_down(situation: Situation) -> None:
    """But for now and then a wire near the middle of the box, where the arms are in each other's way."""
    unbraced: list[str] = []
    for item in [item for item in situation.scene if item.category == "wire"]:
        side = nearer_side(situation, item.name)
        plugs = (f"{item.name}/top", f"{item.name}/bottom")
        contacts = touch_of(side, *(wire.name for wire in situation.scene if wire.category == "wire"), *plugs)
        found = stances(situation, side, item.name, pull._places(situation, plugs), pull.OPENING, contacts, lifting=True)
        for stance in (stance for stance in found if stance.brace is not None):
            assert needed_to_hold_down(situation.scene, stance.places[0], [stance.brace])[0] < 30.0
            break
        else:
            unbraced.append(item.name)
    assert len(unbraced) <= 1


def test_both_hands_get_into_the_handles(situation: Situation) -> None:
    for ends in ((1.0, 1.0), (-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0)):
        assert hooks(situation, dict(zip(names.SIDES, ends, strict=True)))
    for side in names.SIDES:
        assert hooks(situation, {side: 0.0})


def test_pressing_beyond_the_far_feet_does_not_hold_the_near_end_down(robot: RobotModel, collision: CollisionModel) -> None:
    situation = at_a_box(robot, collision, canonical(), seed=1)
    box = situation.object(BOX)
    near, middle, far = (box.pose @ Pose((x, 0.0, box.size[2] / 2)) for x in (0.17, 0.0, -0.17))
    work = box.pose @ Pose((0.12, 0.0, box.size[2] / 2)) @ tips_at(0.0, 0.0, 0.0, 0.0)
    needed = needed_to_hold_down(situation.scene, work, [Spot(BOX, pose) for pose in (near, middle, far)])
    assert 0.0 < needed[0] < needed[1] < 30.0
    assert np.isinf(needed[2])
    over_the_middle = box.pose @ tips_at(0.0, 0.0, box.size[2] / 2, 0.0)
    assert (needed_to_hold_down(situation.scene, over_the_middle, [Spot(BOX, middle)]) < 1.0).all()
