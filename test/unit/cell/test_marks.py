import pytest

from tandem.cell.marks import HAND_OUT, marked_place, marked_places
from tandem.cell.names import SIDES
from tandem.cell.places import in_workspace
from tandem.cell.reach import can_reach


def test_both_arms_can_hold_something_out() -> None:
    place = marked_place(HAND_OUT)
    assert in_workspace(place.position)
    assert all(can_reach(side, (*place.position, place.height)) for side in SIDES)
    assert place in marked_places()


def test_above_the_ring_is_above_it_and_high_enough() -> None:
    place = marked_place(HAND_OUT)
    x, y = place.position
    assert place.is_below((x + 0.9 * place.radius, y, place.height))
    assert not place.is_below((x, y + 1.1 * place.radius, place.height))
    assert not place.is_below((x, y, 0.5 * place.height))


def test_an_unknown_place_is_named() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        marked_place("nowhere")
