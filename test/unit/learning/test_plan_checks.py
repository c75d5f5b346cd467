from made_up import SECONDS, at_rest, grip, moved, spec, tabletop, tabletop_egg, with_contacts

from tandem.cell.plan import Step
from tandem.learning.evaluation.conditions import unmet
from tandem.learning.evaluation.plan_checks import conditions_of
from tandem.sim.scenes import scene_for

SCENE = tabletop()


def kinds(*steps: Step) -> list[str]:
    return [condition.kind for condition in conditions_of(steps, SCENE)]


def test_only_what_no_later_step_undoes_must_hold_at_the_end() -> None:
    pick = Step("pick", "left", object="red_cube")
    place = Step("place", "left", object="red_cube", target="blue_bin", relation="in")
    assert kinds(pick) == ["held"]
    assert kinds(pick, place) == ["rests_in"]
    assert kinds(pick, Step("hold", "left", object="red_cube")) == ["held"]
    assert kinds(pick, place, pick, Step("place", "left", object="red_cube", target="table", relation="on")) == ["rests_on_table"]


def test_a_hand_over_counts_whatever_follows() -> None:
    pick = Step("pick", "left", object="red_cube")
    hand_over = Step("hand_over", "left", object="red_cube", target="right")
    place = Step("place", "right", object="red_cube", target="green_cube", relation="on")
    assert kinds(pick, hand_over, place) == ["held_in_turn", "rests_on"]
    assert kinds(pick, hand_over) == ["held_in_turn", "held"]


def test_what_is_given_must_be_held_over_the_place() -> None:
    pick, give = Step("pick", "left", object="red_cube"), Step("give", "left", object="red_cube")
    assert kinds(pick, give) == ["held_over"]
    place = Step("place", "left", object="red_cube", target="blue_bin", relation="in")
    assert kinds(pick, give, place) == ["rests_in"]
    (condition,) = conditions_of([pick, give], SCENE)
    assert "not held" in unmet(condition, at_rest(SCENE))


def test_what_is_fragile_must_stay_whole() -> None:
    scene = tabletop_egg()
    egg, bin_ = scene.objects[0].name, scene.objects[-1].name
    steps = [Step("pick", "left", egg), Step("place", "left", egg, bin_, "in")]
    assert [condition.kind for condition in conditions_of(steps, scene)] == ["not_broken", "rests_in"]


def test_joints_alone_say_nothing_about_the_world() -> None:
    assert kinds(Step("home", "both"), Step("open", "left")) == []


def test_a_tray_is_found_under_the_name_that_perception_gives_it() -> None:
    scene = scene_for("tabletop_tray", 2)
    (condition,) = conditions_of([Step("lift", "both", object="tray")], scene)
    x, y, z = spec(scene, "yellow_tray").pose.position
    start = at_rest(scene)
    assert unmet(condition, start) != ""
    lifted = moved(start, "yellow_tray", (x, y, z + 0.1), 5.0)
    both = [*grip("left", "yellow_tray", 4.0, SECONDS), *grip("right", "yellow_tray", 4.0, SECONDS)]
    assert unmet(condition, with_contacts(lifted, *both)) == ""


def test_a_peg_must_be_inserted_and_the_socket_kept() -> None:
    scene = scene_for("tabletop_peg", 3)
    peg, base = (item.name for item in scene.objects)
    steps = [Step("pick", "left", object=base), Step("pick", "right", object=peg), Step("insert", "right", peg, base, "in")]
    conditions = conditions_of(steps, scene)
    assert [condition.kind for condition in conditions] == ["held", "inserted"]
    assert all(unmet(condition, at_rest(scene)) for condition in conditions)
