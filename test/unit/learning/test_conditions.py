import math

import pytest
from made_up import at_rest, grip, moved, spec, tabletop, tabletop_egg, touch, with_contacts

from tandem.cell.marks import marked_place
from tandem.cell.robot import RobotModel
from tandem.learning.evaluation.conditions import Condition, select, unmet
from tandem.learning.evaluation.recording import Recording
from tandem.learning.evaluation.resting import not_left_alone

SCENE = tabletop()
IN_BLUE = Condition("rests_in", {"object": "red_cube", "container": "blue_bin"})


def bin_floor(name: str = "blue_bin", dx: float = 0.0, dz: float = 0.026) -> tuple[float, float, float]:
    x, y, _ = spec(SCENE, name).pose.position
    return x + dx, y, dz


def test_selects_by_name_category_colour_and_side() -> None:
    assert select("red_cube", SCENE) == ("red_cube",)
    assert set(select({"category": "cube"}, SCENE)) == {"red_cube", "green_cube", "blue_cube"}
    assert select({"category": "cube", "colour": "green"}, SCENE) == ("green_cube",)
    (left,), (right,) = select({"category": "bin", "side": "left"}, SCENE), select({"category": "bin", "side": "right"}, SCENE)
    assert spec(SCENE, left).pose.position[1] > 0 > spec(SCENE, right).pose.position[1]
    with pytest.raises(KeyError, match="purple"):
        select("purple_elephant", SCENE)


def test_a_cube_in_the_bin_counts_only_within_walls_below_rim_at_rest_and_let_go() -> None:
    start = at_rest(SCENE)
    assert "not within the walls" in unmet(IN_BLUE, start)
    inside = moved(start, "red_cube", bin_floor(), 5.0)
    assert unmet(IN_BLUE, inside) == ""
    assert "above the rim" in unmet(IN_BLUE, moved(start, "red_cube", bin_floor(dz=0.081), 5.0))
    assert "still moves" in unmet(IN_BLUE, moved(inside, "red_cube", bin_floor(dx=0.01), 9.8))
    touched = with_contacts(inside, touch("left_finger_a_link", "red_cube", 5.0, inside.end))
    assert "still touched by left_finger_a_link" in unmet(IN_BLUE, touched)


def test_all_objects_of_a_selection_must_be_there() -> None:
    both = Condition("rests_in", {"object": {"category": "cube"}, "container": "green_bin"})
    recording = at_rest(SCENE)
    for index, name in enumerate(("red_cube", "green_cube", "blue_cube")):
        assert unmet(both, recording) != ""
        recording = moved(recording, name, bin_floor("green_bin", dx=0.042 * (index - 1)), 5.0)
    assert unmet(both, recording) == ""


def test_stacked_means_centred_and_at_the_right_height() -> None:
    condition = Condition("rests_on", {"object": "red_cube", "support": "green_cube"})
    x, y, z = spec(SCENE, "green_cube").pose.position
    start = at_rest(SCENE)
    assert unmet(condition, moved(start, "red_cube", (x + 0.01, y, z + 0.04), 5.0)) == ""
    assert "beside the centre" in unmet(condition, moved(start, "red_cube", (x + 0.019, y, z + 0.04), 5.0))
    assert "above the top" in unmet(condition, moved(start, "red_cube", (x, y, z + 0.05), 5.0))


def test_beside_follows_the_relations_of_the_cell() -> None:
    condition = Condition("rests_beside", {"object": "green_cube", "relation": "left_of", "target": "red_cube"})
    x, y, z = spec(SCENE, "red_cube").pose.position
    start = at_rest(SCENE)
    assert unmet(condition, moved(start, "green_cube", (x, y + 0.1, z), 5.0)) == ""
    assert "not left_of" in unmet(condition, moved(start, "green_cube", (x, y - 0.1, z), 5.0))


def carried_over(first: str = "left", second: str = "right") -> Recording:
    x, y, z = spec(SCENE, "blue_cube").pose.position
    recording = moved(at_rest(SCENE), "blue_cube", (x, y, z + 0.2), 2.0)
    return with_contacts(recording, *grip(first, "blue_cube", 1.5, 5.0), *grip(second, "blue_cube", 4.0, 9.9))


def test_a_hand_over_needs_both_hands_in_turn_off_the_table() -> None:
    condition = Condition("held_in_turn", {"object": "blue_cube", "giver": "left", "taker": "right"})
    assert unmet(condition, carried_over()) == ""
    assert "before the left one" in unmet(condition, carried_over("right", "left"))
    x, y, z = spec(SCENE, "blue_cube").pose.position
    kept = with_contacts(moved(at_rest(SCENE), "blue_cube", (x, y, z + 0.2), 2.0), *grip("left", "blue_cube", 1.0, 9.0))
    assert "by the right hand alone" in unmet(condition, kept)
    on_table = moved(carried_over(), "blue_cube", (x, y, z), 0.0)
    assert "by the left hand alone" in unmet(condition, on_table)
    one_finger = with_contacts(
        moved(at_rest(SCENE), "blue_cube", (x, y, z + 0.2), 2.0), touch("left_finger_a_link", "blue_cube", 1.5, 5.0)
    )
    assert "by the left hand alone" in unmet(condition, one_finger)


HELD_UP = Condition(
    "held_up", {"object": "blue_cube", "hands": ["left", "right"], "height": 0.08, "seconds": 2.0, "tilt_deg": 5.0}
)


def lifted(height: float = 0.1, start: float = 5.0, tilt_deg: float = 0.0) -> Recording:
    x, y, z = spec(SCENE, "blue_cube").pose.position
    recording = moved(at_rest(SCENE), "blue_cube", (x, y, z + height), start)
    half = math.radians(tilt_deg) / 2
    recording.poses["blue_cube"][recording.times >= start, 3:] = (math.sin(half), 0.0, 0.0, math.cos(half))
    return with_contacts(recording, *grip("left", "blue_cube", 4.0, 10.0), *grip("right", "blue_cube", 4.0, 10.0))


def test_held_up_needs_both_hands_height_level_and_time_up_to_the_end() -> None:
    assert unmet(HELD_UP, lifted()) == ""
    assert "up at the end" in unmet(HELD_UP, lifted(height=0.07))
    assert "for 1." in unmet(HELD_UP, lifted(start=8.5))
    assert "tilted" in unmet(HELD_UP, lifted(tilt_deg=8.0))
    one_hand = with_contacts(moved(at_rest(SCENE), "blue_cube", (0.4, 0, 0.2), 5.0), *grip("left", "blue_cube", 4.0, 10.0))
    assert "not held by left and right" in unmet(HELD_UP, one_hand)


HELD_OVER = Condition("held_over", {"object": "red_cube", "place": "hand_out", "radius": 0.05, "height": 0.15, "seconds": 1.0})


def held_out(dx: float = 0.0, z: float = 0.2, start: float = 5.0, until: float = 10.0) -> Recording:
    x, y = marked_place("hand_out").position
    return with_contacts(moved(at_rest(SCENE), "red_cube", (x + dx, y, z), start), *grip("right", "red_cube", 4.0, until))


def test_held_over_needs_a_hand_the_place_the_height_and_time_up_to_the_end() -> None:
    assert unmet(HELD_OVER, held_out()) == ""
    assert "60 mm beside hand_out" in unmet(HELD_OVER, held_out(dx=0.06))
    assert "140 mm above the table" in unmet(HELD_OVER, held_out(z=0.14))
    assert "for 0." in unmet(HELD_OVER, held_out(start=9.5))
    assert "is not held at the end" in unmet(HELD_OVER, held_out(until=9.0))
    with pytest.raises(KeyError, match="no marked place named 'nowhere'"):
        unmet(Condition("held_over", HELD_OVER.arguments | {"place": "nowhere"}), held_out())


def test_an_egg_breaks_when_a_finger_presses_too_hard() -> None:
    scene = tabletop_egg()
    egg = scene.objects[0].name
    whole = Condition("not_broken", {"object": {"category": "egg"}})
    dropped = with_contacts(at_rest(scene), touch(egg, "table", 1.0, 2.0, 40.0))
    assert unmet(whole, dropped) == ""
    held = with_contacts(
        dropped, touch("left_finger_a_link", egg, 3.0, 6.0, 11.0), touch(egg, "left_finger_b_link", 3.0, 6.0, 9.0)
    )
    assert unmet(whole, held) == ""
    assert held.peak_force(egg) == 11.0
    crushed = with_contacts(held, touch("right_finger_b_link", egg, 7.0, 7.1, 12.5))
    assert unmet(whole, crushed) == f"{egg} broke: it was pressed with 12.5 N, and bears 12 N"


def test_a_gripper_that_stays_around_what_it_placed_has_not_finished() -> None:
    recording = at_rest(SCENE)
    tcp = RobotModel().tcp_pose(recording.joints[-1], "left").position
    assert not_left_alone(recording, "red_cube") == ""
    assert "left gripper is still around" in not_left_alone(moved(recording, "red_cube", tcp, 0.0), "red_cube")
