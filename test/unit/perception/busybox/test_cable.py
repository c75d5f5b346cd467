"""At which end of a loose plug its cable is, and to which side it bends."""

import numpy as np
import pytest

from tandem.cell.pose import Pose
from tandem.perception.busybox.cable import with_cable

SLEEVE_END = 0.0105
"""From the middle of a sleeve to its end [m]."""


def seen(cable: list[tuple[float, float, float]], guessed: float = 1.0) -> Pose:
    """A plug that lies along x, its cable guessed to be that way, with points of its colour from its sleeve's middle."""
    plug = Pose.along(np.array([0.4 - 0.002 * guessed, 0.0, 0.1]), np.array([guessed, 0.0, 0.0]), np.array([0.0, 0.0, 1.0]))
    sleeve = [(along, 0.0, 0.004) for along in np.linspace(-SLEEVE_END, SLEEVE_END, 12)]
    return with_cable(plug, np.add([*sleeve, *cable], (0.4, 0.0, 0.1)), np.array([0.4, 0.06, 0.1]))


def cable(way: float, side: float, count: int = 12) -> list[tuple[float, float, float]]:
    """Points of a cable that leaves the sleeve's end along x, one way or the other, and bends to y."""
    return [(way * (SLEEVE_END + far), side * 0.5 * far, 0.0) for far in np.linspace(0.004, 0.022, count)]


@pytest.mark.parametrize("guessed", [1.0, -1.0])
@pytest.mark.parametrize("way", [1.0, -1.0])
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_the_cable_is_where_the_sleeves_colour_goes_on(guessed: float, way: float, side: float) -> None:
    found = seen(cable(way, side), guessed)
    np.testing.assert_allclose(found.rotation[:, 2], (way, 0.0, 0.0), atol=1e-9)
    np.testing.assert_allclose(found.rotation[:, 0], (0.0, side, 0.0), atol=1e-9)
    # Its sleeve stays where it is.
    np.testing.assert_allclose(np.array(found.position) + 0.002 * found.rotation[:, 2], (0.4, 0.0, 0.1), atol=1e-9)


def test_a_short_pin_of_the_sleeves_colour_doesnt_count_for_more_than_the_cable() -> None:
    pin = [(-(SLEEVE_END + far), 0.0, 0.0) for far in np.linspace(0.001, 0.010, 12)]
    assert seen([*cable(1.0, 1.0), *pin], -1.0).rotation[0, 2] > 0.99


@pytest.mark.parametrize("guessed", [1.0, -1.0])
def test_where_no_cable_is_seen_the_guess_stands_and_it_bends_to_where_it_goes(guessed: float) -> None:
    found = seen(cable(-guessed, 1.0, count=3), guessed)
    np.testing.assert_allclose(found.rotation[:, 2], (guessed, 0.0, 0.0), atol=1e-9)
    np.testing.assert_allclose(found.rotation[:, 0], (0.0, 1.0, 0.0), atol=1e-9)
