"""What is known of the box, as objects."""

from tandem.cell.busybox.parts import PARTS
from tandem.perception.busybox.memory import BoxMemory, with_readings
from tandem.perception.busybox.objects import objects_of
from tandem.perception.busybox.outline import Placement
from tandem.perception.busybox.place import BoxPlace
from tandem.perception.busybox.states import PartReading

NEW = BoxMemory(BoxPlace(Placement(0.46, 0.0, -1.6), 0.074, (), 1.0))


def test_what_was_not_seen_yet_has_no_state() -> None:
    items = {item.name: item for item in objects_of(NEW)}
    assert all(items[part.name].state == "" and not items[part.name].visible for part in PARTS)
    assert items["box"].visible


def test_what_was_seen_has_its_state_and_the_rest_still_has_none() -> None:
    known = with_readings(NEW, "box/knob/", [PartReading("box/knob/knob", "4", 0.95, (0.0, 0.0, 0.01), angle=-3.1)], 1.0)
    items = {item.name: item for item in objects_of(known)}
    assert items["box/knob/knob"].state == "4"
    assert items["box/sliders/top"].state == ""
