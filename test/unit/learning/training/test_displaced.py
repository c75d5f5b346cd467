"""What displaced scenes keep, and what they change."""

import numpy as np
import pytest
from reaching import reaching

from tandem.learning.training.batches import Augmentation, Batch, make_batch
from tandem.learning.training.displaced import Displaced, Displacing
from tandem.learning.training.passages import Passages
from tandem.learning.training.wordings import mirrored
from tandem.policy import grounding
from tandem.policy.vla import features, frames

STILL = {
    "aside_share": 0.0,
    "fingers_share": 0.0,
    "seen_wrong_m": 0.0,
    "no_grounding": 0.0,
    "hidden_object": 0.0,
    "no_touch": 0.0,
}
NOT_PRESSED = {"pressed_share": 0.0, "most_given": 1}
_FLAGS = [grounding.COLUMNS.index(word) for word in ("is_object", "is_goal")]


def _batch(*, on_box: bool, seed: int = 0, **augment: float) -> Batch:
    passages = Passages.of(reaching(1))
    rows = passages.frames.grounding
    rows[:, grounding.GOAL] = rows[:, 0]
    rows[:, grounding.GOAL, _FLAGS] = 1.0, float(on_box)
    none = {"displaced_share": 0.0, "mirrored_share": 0.0}
    changed = Augmentation(**{**STILL, **NOT_PRESSED, **none, **augment})  # type: ignore[arg-type]
    rng = np.random.default_rng(seed)
    return make_batch(passages, np.full(32, 20), rng, rows=16, step_dt=0.1, touch_samples=4, augment=changed)


def test_nothing_changes_between_hands_and_objects() -> None:
    there, elsewhere = _batch(on_box=True), _batch(on_box=True, displaced_share=1.0)
    np.testing.assert_allclose(elsewhere.rows, there.rows, atol=1e-6)
    np.testing.assert_allclose(elsewhere.anchors, there.anchors, atol=1e-6)
    np.testing.assert_allclose(elsewhere.felt, there.felt)
    assert np.ptp(elsewhere.hands[:, 0, 0]) > 0.1  # the place in the world
    np.testing.assert_allclose(elsewhere.hands[:, :, 2], there.hands[:, :, 2], atol=1e-6)  # not the height


def test_only_steps_on_the_box_are_displaced() -> None:
    there, elsewhere = _batch(on_box=False), _batch(on_box=False, displaced_share=1.0, mirrored_share=1.0)
    np.testing.assert_allclose(elsewhere.hands, there.hands, atol=1e-9)
    assert not elsewhere.mirrored.any()


def test_a_mirrored_left_hand_is_a_right_one() -> None:
    there, turned = _batch(on_box=True), _batch(on_box=True, mirrored_share=1.0)
    assert turned.mirrored.all()
    by_hand = there.rows.reshape(*there.rows.shape[:2], 2, -1)[:, :, ::-1]
    expected = by_hand * np.array([-1.0, 1.0, 1.0, 1.0, -1.0, -1.0, 1.0])
    np.testing.assert_allclose(turned.rows.reshape(by_hand.shape), expected, atol=1e-6)
    np.testing.assert_allclose(turned.heed, there.heed[:, ::-1], atol=1e-9)


def test_mirrored_twice_nothing_has_changed() -> None:
    rng = np.random.default_rng(3)
    how = Displacing(0.0, 0.0, 0.0, 1.0)
    over = Displaced.drawn(np.ones(4, dtype=bool), rng, how)
    wrench, tactile = rng.normal(size=(4, 3, 12)), rng.normal(size=(4, 3, 2, 2, 8, 4, 3))
    hands = frames.from_vectors(rng.normal(size=(4, 5, 2, 3)), rng.normal(size=(4, 5, 2, 3)))
    for once, values in ((over.wrenches, wrench), (over.pads, tactile), (over.hands, hands)):
        assert not np.allclose(once(values), values)
        np.testing.assert_allclose(once(once(values)), values, atol=1e-9)


def test_what_is_felt_is_where_the_mirrored_hand_feels_it() -> None:
    """A push at a point of the hand, in the world: force and torque of the mirrored one are those of the mirrored push."""
    rng = np.random.default_rng(4)
    over = Displaced.drawn(np.ones(1, dtype=bool), rng, Displacing(0.0, 0.0, 0.0, 1.0))
    hands = frames.from_vectors(rng.normal(size=(1, 2, 3)), rng.normal(size=(1, 2, 3)))
    force, point = rng.normal(size=3), rng.normal(size=3)
    flip = np.array([1.0, -1.0, 1.0])

    def felt(hand: np.ndarray, force: np.ndarray, point: np.ndarray) -> np.ndarray:
        back = hand[:3, :3].T
        return np.concatenate([back @ force, back @ np.cross(point - hand[:3, 3], force)])

    wrench = np.concatenate([felt(hands[0, 0], force, point), np.zeros(6)])[None]
    np.testing.assert_allclose(over.wrenches(wrench)[0, 6:], felt(over.hands(hands)[0, 1], flip * force, flip * point), atol=1e-9)


def test_things_that_are_not_there_stay_away() -> None:
    rng = np.random.default_rng(5)
    seen = np.zeros((8, grounding.OBJECTS, grounding.WIDTH))
    seen[:, 0, 0] = 1.0
    seen[:, 0, grounding.COLUMNS.index("held_left")] = 1.0
    over = Displaced.drawn(np.ones(8, dtype=bool), rng, Displacing(1.0, 0.1, 0.3, 1.0))
    changed = over.rows(seen)
    assert not changed[:, 1:].any()
    np.testing.assert_array_equal(features.held(changed)[:, 0], [[0.0, 1.0]] * 8)


@pytest.mark.parametrize(
    ("text", "said"),
    [("press the red button with the left arm", "press the red button with the right arm"), ("rotate the box clockwise", None)],
)
def test_words_are_mirrored(text: str, said: str | None) -> None:
    assert mirrored(text) == (said or "rotate the box counterclockwise")
    assert mirrored(mirrored(text)) == text
