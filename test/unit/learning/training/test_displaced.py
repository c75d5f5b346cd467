"""What displaced scenes keep, and what they change."""

from dataclasses import replace

import numpy as np
import pytest
from reaching import STILL, reaching

from tandem.learning.training.astray import Aside
from tandem.learning.training.batches import Augmentation, Batch, make_batch
from tandem.learning.training.displaced import Displaced
from tandem.learning.training.passages import Passages
from tandem.policy import grounding

_FLAGS = [grounding.COLUMNS.index(word) for word in ("is_object", "is_goal")]


def _batch(displaced_share: float, *, on_box: bool, reached: bool = False) -> Batch:
    passages = Passages.of(reaching(1))
    rows = passages.frames.grounding
    rows[:, grounding.GOAL] = rows[:, 0]
    rows[:, grounding.GOAL, _FLAGS] = 1.0, float(on_box)
    rows[:, 0, _FLAGS[1]] = float(reached)
    still = Augmentation(**STILL, no_touch=0.0, pressed_share=0.0, most_given=1)
    changed = replace(still, displaced_share=displaced_share)
    rng = np.random.default_rng(0)
    return make_batch(passages, np.full(32, 20), rng, rows=16, step_dt=0.1, touch_samples=4, augment=changed)


def test_nothing_changes_between_hands_and_objects() -> None:
    there, elsewhere = _batch(0.0, on_box=True), _batch(1.0, on_box=True)
    np.testing.assert_allclose(elsewhere.rows, there.rows, atol=1e-6)
    np.testing.assert_allclose(elsewhere.anchors, there.anchors, atol=1e-6)
    assert np.ptp(elsewhere.hands[:, 0, 0]) > 0.1  # the place in the world
    np.testing.assert_allclose(elsewhere.hands[:, :, 2], there.hands[:, :, 2], atol=1e-6)  # not the height


@pytest.mark.parametrize(("on_box", "reached"), [(False, False), (True, True)])
def test_only_work_on_the_box_that_is_not_done_yet_is_displaced(on_box: bool, reached: bool) -> None:
    there, elsewhere = (_batch(share, on_box=on_box, reached=reached) for share in (0.0, 1.0))
    np.testing.assert_allclose(elsewhere.hands, there.hands, atol=1e-9)


def test_things_that_are_not_there_stay_away() -> None:
    seen = np.zeros((8, grounding.OBJECTS, grounding.WIDTH))
    seen[:, 0, 0] = 1.0
    over = Displaced.drawn(np.ones(8, dtype=bool), np.random.default_rng(5), Aside(0.1, 0.3, 1.0))
    assert not over.rows(seen)[:, 1:].any()
    assert over.rows(seen)[:, 0].any(axis=1).all()
