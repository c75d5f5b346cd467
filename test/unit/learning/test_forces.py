from made_up import at_rest, grip, tabletop, tabletop_egg, touch, with_contacts
from made_up_boxes import box_scene, resting

from tandem.learning.evaluation.forces import fragile_forces, peak_forces


def test_the_largest_force_of_each_kind_of_contact() -> None:
    quiet = at_rest(tabletop())
    names = [item.name for item in quiet.scene.objects]
    first, second = names[:2]
    assert peak_forces(quiet) == {"table": 1.0}
    pressed = with_contacts(
        quiet,
        *grip("left", first, 2.0, 4.0),
        touch(first, second, 3.0, 3.2, 7.5),
        touch(first, second, 5.0, 5.2, 3.0),
        touch("left_gripper_base_link", second, 3.0, 3.1, 4.0),
        touch("right_finger_a_link", "table", 3.0, 3.1, 5.5),
    )
    assert peak_forces(pressed) == {"grip": 20.0, "objects": 7.5, "table": 1.0, "other": 5.5}


def test_loops_of_cable_have_a_figure_of_their_own() -> None:
    box = resting(box_scene())
    brushed = with_contacts(box, touch("left_finger_a_link", "box/wires/red/cable2", 2.0, 3.0, 1.5))
    pressed = with_contacts(brushed, touch("left_finger_a_link", "box/wires/red/top", 2.0, 3.0, 8.0))
    assert peak_forces(pressed) == {"grip": 8.0, "cables": 1.5, "table": 1.0}


def test_what_breaks_has_a_figure_of_its_own() -> None:
    still = at_rest(tabletop_egg())
    egg = still.scene.objects[0].name
    assert fragile_forces(still) == {"egg": 0.0}
    pressed = with_contacts(still, touch("left_finger_a_link", egg, 1.0, 2.0, 4.2), touch(egg, "table", 3.0, 4.0, 30.0))
    assert fragile_forces(pressed) == {"egg": 4.2}
    assert fragile_forces(at_rest(tabletop())) == {}
