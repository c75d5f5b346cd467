"""What a batch says of a demonstration."""

import numpy as np
import pytest
from reaching import HELD, LENGTH, STILL, arm, reaching

from tandem.learning.training.batches import Augmentation, Batch, make_batch, pressed
from tandem.learning.training.passages import Passages
from tandem.policy import grounding
from tandem.policy.vla import actions, features, frames

H = 16
HALF_WIDTH = np.array(0.02)  # of the cube


@pytest.fixture(scope="module")
def passages() -> Passages:
    return Passages.of(reaching(4))


def _batch(passages: Passages, chosen: list[int], augment: Augmentation | None = None, seed: int = 0) -> Batch:
    rng = np.random.default_rng(seed)
    return make_batch(passages, np.array(chosen), rng, rows=H, step_dt=0.1, touch_samples=4, augment=augment)


def test_rows_are_where_the_hands_were_sent(passages: Passages) -> None:
    chosen = [5, 30]
    made = _batch(passages, chosen)
    for sample, position in enumerate(chosen):
        tcp = passages.wanted[position - 1]
        targets, travel = actions.decode(made.rows[sample], tcp, HALF_WIDTH)
        for row in range(H):
            np.testing.assert_allclose(targets[row], passages.wanted[min(position + row - 1, passages.last[position])], atol=1e-6)
        np.testing.assert_allclose(travel[0], passages.sent[position - 1], atol=1e-6)
    np.testing.assert_allclose(made.rows[:, 0, ~actions.OF_FINGERS], 0.0, atol=1e-9)  # seen from what is commanded now


def test_after_the_end_the_hands_stay(passages: Passages) -> None:
    made = _batch(passages, [LENGTH + HELD - 2])
    np.testing.assert_allclose(made.rows[0, 3:], made.rows[0, 2:-1], atol=1e-6)
    assert made.rows_count.all()
    assert made.done[0] == 1
    assert made.remaining[0] == pytest.approx(0.1)


def test_what_is_held_is_moved_along(passages: Passages) -> None:
    held = reaching(1)
    column = grounding.COLUMNS.index("held_left")
    held.grounding[:, 0, column] = 1.0
    made = _batch(
        Passages.of(held), [20] * 16, Augmentation(aside_share=1.0, seen_wrong_m=0.0, no_grounding=0.0, hidden_object=0.0)
    )
    from_hand = made.objects[:, 0, : frames.POSITION_WIDTH]
    np.testing.assert_allclose(from_hand, from_hand[:1].repeat(16, 0), atol=1e-5)


def test_grounding_is_dropped_as_often_as_said(passages: Passages) -> None:
    made = _batch(passages, [10] * 400, Augmentation(no_grounding=0.25))
    assert 0.15 < 1 - made.objects_there.any(axis=1).mean() < 0.35
    assert not made.objects[~made.objects_there].any()


def test_targets_are_moved_away_from_goals_and_nothing_else_is() -> None:
    passages = Passages.of(reaching(1))
    going = passages.frames.grounding
    going[:, grounding.TARGET] = going[:, 0]
    without = _batch(passages, [20] * 64, Augmentation(**STILL))
    np.testing.assert_array_equal(without.objects, without.objects[:1].repeat(64, 0))
    going[:, grounding.GOAL] = going[:, 0]
    made = _batch(passages, [20] * 64, Augmentation(**STILL, target_aside_m=0.04))
    target = made.objects[:, grounding.TARGET, : frames.POSITION_WIDTH]
    assert 0.3 < (np.abs(target - without.objects[0, 0, : frames.POSITION_WIDTH]).max(axis=1) > 1e-6).mean() < 0.7
    for values in (made.rows, made.anchors, made.objects[:, grounding.GOAL], made.objects[:, 0]):
        np.testing.assert_array_equal(values, values[:1].repeat(64, 0))


def test_where_a_hand_holds_the_busybox_stays() -> None:
    held = Passages.of(reaching(1))
    rows = held.frames.grounding
    rows[:, grounding.TARGET] = rows[:, grounding.GOAL] = rows[:, 0]
    for flag in ("is_object", "is_goal"):
        rows[:, grounding.GOAL, grounding.COLUMNS.index(flag)] = 1.0
    made = _batch(held, [20] * 64, Augmentation(**STILL, target_aside_m=0.04))
    np.testing.assert_array_equal(made.objects, made.objects[:1].repeat(64, 0))


def test_committed_rows_are_never_learned(passages: Passages) -> None:
    made = _batch(passages, [10] * 200, Augmentation(most_given=4))
    counts = made.given.sum(axis=1)
    assert set(counts) == {1, 2, 3, 4}
    assert made.given[:, 0].all()


def test_touch_has_a_short_history() -> None:
    frames_ = reaching(1)
    frames_.wrench[:, 2] = np.arange(len(frames_.wrench))
    made = _batch(Passages.of(frames_), [6])
    assert made.touch.shape == (1, 4, 2, features.TOUCH_WIDTH)
    np.testing.assert_allclose(made.touch[0, :, 0, 2], np.arcsinh(np.array([3, 4, 5, 6]) / 2.0) / 2)


def test_a_hand_that_is_held_up_looks_like_one_that_is_not(passages: Passages) -> None:
    up = reaching(4)
    up.state[:, 1] += 0.01
    made, free = _batch(Passages.of(up), [10, 20]), _batch(passages, [10, 20])
    np.testing.assert_array_equal(made.rows, free.rows)
    np.testing.assert_array_equal(made.anchors, free.anchors)


def test_who_has_something_between_the_fingers_is_not_led_aside() -> None:
    gripping = reaching(4)
    gripping.tactile[:, 0, :, 2, 1, 0] = 1.0
    led, free = (
        _batch(Passages.of(gripping), [10] * 20, Augmentation(aside_share=1.0), 3),
        _batch(Passages.of(gripping), [10] * 20, None, 3),
    )
    np.testing.assert_array_equal(led.hands[:, 0, :9], free.hands[:, 0, :9])  # where it is, and how it is turned
    assert (np.abs(led.hands[:, 1, :3] - free.hands[:, 1, :3]).max(axis=1) > 0).all()


def test_pushes_are_of_all_magnitudes_and_turn_as_they_do_at_the_fingers() -> None:
    wrenches = pressed(2000, np.random.default_rng(0), 0.5, 50.0).reshape(-1, 6)
    force, torque = np.linalg.norm(wrenches[:, :3], axis=1), np.linalg.norm(wrenches[:, 3:], axis=1)
    some = force > 0
    assert some.mean() == pytest.approx(0.5, abs=0.05)
    assert np.median(force[some]) < 10 < 50 < force.max() < 150
    assert (torque <= 0.2 * force).all()
    np.testing.assert_allclose((wrenches[:, :3] * wrenches[:, 3:]).sum(axis=1), 0.0, atol=1e-9)


def test_arms_are_the_left_ones() -> None:
    assert arm(np.arange(14.0)).tolist() == [0, 1, 2, 3, 4, 5]
