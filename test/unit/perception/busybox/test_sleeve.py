"""The pose of a loose plug from what a camera above sees of it."""

import numpy as np
import pytest

from tandem.perception.busybox.sleeve import fit_plug

MIDDLE = np.array([0.45, 0.02, 0.09])


def seen_of_a_sleeve(axis: np.ndarray, noise: float, rng: np.random.Generator) -> np.ndarray:
    """Points on the upper side of a cylinder of 8 x 21 mm, and on its end where that looks up; the plug's middle is at MIDDLE."""
    across = np.cross(axis, (1.0, 0.0, 0.0))
    across /= np.linalg.norm(across)
    beside = np.cross(axis, across)
    angle, along = rng.uniform(0.0, 2 * np.pi, 400), rng.uniform(-0.0105, 0.0105, 400)
    outwards = np.cos(angle)[:, None] * across + np.sin(angle)[:, None] * beside
    middle = MIDDLE + 0.002 * axis
    side = middle + along[:, None] * axis + 0.004 * outwards
    points = [side[outwards[:, 2] > 0.1]]
    if axis[2] > 0.25:
        points.append(middle + 0.0105 * axis + 0.004 * np.sqrt(rng.uniform(0.0, 1.0, 60))[:, None] * outwards[:60])
    found = np.concatenate(points)
    return found + noise * rng.standard_normal(found.shape)


@pytest.mark.parametrize("tilt", [30.0, 50.0, 70.0, 88.0])
@pytest.mark.parametrize("heading", [20.0, 140.0, 250.0])
def test_a_plug_that_leans_is_found_as_it_leans(tilt: float, heading: float) -> None:
    t, h = np.deg2rad(tilt), np.deg2rad(heading)
    axis = np.array([np.sin(t) * np.cos(h), np.sin(t) * np.sin(h), np.cos(t)])
    points = seen_of_a_sleeve(axis, 0.0005, np.random.default_rng(int(tilt + heading)))
    found = fit_plug(points, floor_below(axis), MIDDLE + 0.05 * axis)
    assert np.linalg.norm(np.array(found.position) - MIDDLE) < 0.004
    assert apart_deg(found.rotation[:, 2], axis) < 15.0


@pytest.mark.parametrize("tilt", [0.0, 10.0, 20.0])
def test_of_one_that_stands_the_top_alone_tells_how_far_it_leans(tilt: float) -> None:
    axis = np.array([np.sin(np.deg2rad(tilt)), 0.0, np.cos(np.deg2rad(tilt))])
    points = seen_of_a_sleeve(axis, 0.0012, np.random.default_rng(int(tilt)))
    top = points[(points - MIDDLE) @ axis > 0.011]
    found = fit_plug(top, floor_below(axis), MIDDLE + np.array([0.05, 0.0, 0.0]))
    assert np.linalg.norm(np.array(found.position) - MIDDLE) < 0.006
    assert apart_deg(found.rotation[:, 2], axis) < 20.0


def floor_below(axis: np.ndarray) -> float:
    """Height of what the pin stands on."""
    return float((MIDDLE - 0.0225 * axis)[2]) - 0.0018


def apart_deg(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.rad2deg(np.arccos(np.clip(one @ other, -1.0, 1.0))))
