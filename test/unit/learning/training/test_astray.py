"""Hands are moved off the demonstrated way by no more than there is room, and led back to it."""

import numpy as np
import pytest
from reaching import reaching

from tandem.learning.training.astray import Aside, Astray
from tandem.learning.training.passages import Passages
from tandem.policy import grounding
from tandem.policy.vla import frames

COUNT, ROWS = 200, 19
ASIDE = Aside(0.15, 0.35, 1.0)
GIVEN = np.arange(COUNT) % 3 + 1
FREE = np.zeros((COUNT, 2), dtype=bool)


def _astray(aside: Aside = ASIDE, **columns: float) -> tuple[np.ndarray, ...]:
    """Hands before and after, targets before and after, of a hand that stands still beside an object."""
    passages = Passages.of(reaching(1))
    tcp = np.repeat(passages.reached[:1], COUNT, axis=0)
    targets = np.repeat(tcp[:, None], ROWS, axis=1)
    seen = np.repeat(passages.frames.grounding[:1].astype(float), COUNT, axis=0)
    for name, value in columns.items():
        seen[:, 0, grounding.COLUMNS.index(name)] = value
    astray = Astray.drawn(tcp, seen, FREE, GIVEN, 0.1 * np.arange(ROWS), np.random.default_rng(0), aside)
    moved, changed, after = astray.applied(tcp, targets, seen)
    return tcp, moved, targets, changed, seen, after


def _way(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return np.linalg.norm(after[..., :3, 3] - before[..., :3, 3], axis=-1)


def test_the_chunk_begins_where_the_hand_is_and_ends_on_the_way() -> None:
    tcp, moved, targets, changed, _, _ = _astray()
    assert _way(tcp, moved).max() > 0.02
    np.testing.assert_allclose(changed[:, 0], moved, atol=1e-9)
    np.testing.assert_allclose(changed[:, -1], targets[:, -1], atol=1e-9)
    steps = np.diff(changed[..., :3, 3], axis=1)
    assert np.linalg.norm(steps, axis=-1).max() / 0.1 < 1.0, "no hand is asked to go faster than a tool may"


def test_some_hands_are_still_leaving_and_some_return_already() -> None:
    _tcp, _moved, targets, changed, _, _ = _astray()
    first, second = _way(targets[:, 0], changed[:, 0]), _way(targets[:, 0], changed[:, 1])
    apart = first > 0.005
    assert 0.05 < (second[apart] > first[apart]).mean() < 0.9


def test_there_is_room() -> None:
    tcp, moved, _, _, _, _ = _astray(x=0.0, y=0.0, z=5.0)
    heights = tcp[..., 2, 3]
    assert (_way(tcp, moved) < 2.5 * 0.35 * heights).all(), "not into the table"
    tcp, moved, _, _, _, _ = _astray(x=0.0, y=0.0, z=5.0, held_left=1.0, held_right=1.0)
    assert _way(tcp, moved).max() < 0.01, "what both hands hold keeps them together"


def test_the_share_says_how_many() -> None:
    tcp, moved, _, _changed, _, _ = _astray(Aside(0.15, 0.35, 0.25))
    assert np.mean(_way(tcp, moved).max(axis=1) > 1e-9) == pytest.approx(0.25, abs=0.1)


def test_what_a_hand_holds_moves_with_it() -> None:
    tcp, moved, _, _, seen, after = _astray(held_left=1.0)
    place = grounding.COLUMNS.index("x")
    for index in range(20):
        before = frames.inverse(tcp[index, 0]) @ np.append(seen[index, 0, place : place + 3], 1.0)
        now = frames.inverse(moved[index, 0]) @ np.append(after[index, 0, place : place + 3], 1.0)
        np.testing.assert_allclose(before, now, atol=1e-9)


def test_committed_rows_know_nothing_of_the_return() -> None:
    _tcp, _moved, targets, changed, _, _ = _astray()
    off = (changed - targets)[..., :3, 3]
    many = GIVEN == 3
    np.testing.assert_allclose(off[many, 2] - off[many, 1], off[many, 1] - off[many, 0], atol=1e-9)
    assert np.abs(off[many, 4] - 2 * off[many, 3] + off[many, 2]).max() > 1e-4


def test_a_hand_may_be_off_a_little_wherever_its_fingers_are_open() -> None:
    passages = Passages.of(reaching(1))
    there = passages.reached[0, 0, :3, 3]
    tcp, moved, *_ = _astray(x=there[0], y=there[1], z=there[2])
    assert 0.001 < _way(tcp, moved)[:, 0].max() < 0.02


def test_hands_at_the_ends_of_a_long_thing_are_near_to_it() -> None:
    tcp = np.tile(np.eye(4), (COUNT, 2, 1, 1))
    tcp[:, :, :3, 3] = (0.5, 0.13, 0.2), (0.5, -0.13, 0.2)
    seen = np.zeros((COUNT, grounding.OBJECTS, grounding.WIDTH))
    tray = {"present": 1.0, "x": 0.5, "z": 0.2, "qw": 1.0, "size_x": 0.2, "size_y": 0.3, "size_z": 0.05}
    for name, value in tray.items():
        seen[:, 0, grounding.COLUMNS.index(name)] = value
    drawn = Astray.drawn(tcp, seen, FREE, GIVEN, 0.1 * np.arange(ROWS), np.random.default_rng(0), ASIDE)
    np.testing.assert_allclose(drawn.gaps, 0.02)
    assert np.linalg.norm(drawn.shift, axis=-1).max() < 0.02


def test_a_hand_that_is_askew_near_a_thing_turns_before_it_goes_on() -> None:
    tcp = np.tile(np.eye(4), (COUNT, 2, 1, 1))
    tcp[:, :, :3, 3] = (0.5, 0.2, 0.03), (0.5, -0.2, 0.03)
    seen = np.zeros((COUNT, grounding.OBJECTS, grounding.WIDTH))
    drawn = Astray.drawn(tcp, seen, FREE, GIVEN, 0.1 * np.arange(ROWS), np.random.default_rng(0), ASIDE)
    askew = np.linalg.norm(drawn.turn, axis=-1).max(axis=1)
    assert askew.max() > 0.3
    assert (drawn.hurdles[askew > 0.1, 0] > 2).all()
    assert (drawn.hurdles[:, -1] < 1).all(), "in the end it goes on"


def test_a_hand_that_grips_what_isnt_perceived_as_held_stays() -> None:
    tcp = np.tile(np.eye(4), (COUNT, 2, 1, 1))
    seen = np.zeros((COUNT, grounding.OBJECTS, grounding.WIDTH))
    seen[: COUNT // 2, 0, grounding.COLUMNS.index("held_left")] = 1.0
    gripping = np.tile((True, False), (COUNT, 1))
    drawn = Astray.drawn(tcp, seen, gripping, GIVEN, 0.1 * np.arange(ROWS), np.random.default_rng(0), ASIDE)
    moved = np.linalg.norm(drawn.turn, axis=-1) > 0
    assert moved[: COUNT // 2, 0].all()
    assert not moved[COUNT // 2 :, 0].any()
    assert moved[:, 1].all()


def test_hands_over_the_busybox_are_not_led_into_it() -> None:
    passages = Passages.of(reaching(1))
    tcp = np.repeat(passages.reached[:1], COUNT, axis=0)
    targets = np.repeat(tcp[:, None], ROWS, axis=1)
    seen = np.zeros((COUNT, grounding.OBJECTS, grounding.WIDTH))
    columns = list(grounding.COLUMNS)
    places = [columns.index(name) for name in "xyz"]
    over = tcp[0, 0, :3, 3]
    for row, place in ((0, over), (grounding.GOAL, over), (grounding.ABOUT, over - (0.1, 0.0, 0.06))):
        seen[:, row, [columns.index("present"), columns.index("qw")]] = 1.0
        seen[:, row, places] = place - (0.0, 0.0, 0.25)
    start = columns.index("size_x")
    seen[:, grounding.ABOUT, start : start + 3] = 0.3, 0.2, 0.075
    aside = Aside(0.15, 0.8, 1.0)

    def moved_by(height: float) -> np.ndarray:
        """How far the left hand is moved aside whose fingertips are so high above the box."""
        told = seen.copy()
        told[:, grounding.ABOUT, places[2]] = over[2] - 0.010 - height - 0.075 / 2
        astray = Astray.drawn(tcp, told, FREE, GIVEN, 0.1 * np.arange(ROWS), np.random.default_rng(0), aside)
        return _way(tcp, astray.applied(tcp, targets, told)[0])[:, 0]

    assert moved_by(0.2).max() > 0.03
    free = moved_by(0.010).max()
    for flag in ("is_object", "is_goal"):
        seen[:, grounding.GOAL, columns.index(flag)] = 1.0
    assert free > 0.03, "of other steps the box is no part"
    assert moved_by(0.2).max() > 0.03
    assert moved_by(0.010).max() < 0.012
    assert moved_by(0.0).max() < 0.009
