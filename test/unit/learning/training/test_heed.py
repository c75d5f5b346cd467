"""Errors near things count more."""

import numpy as np

from tandem.learning.training.heed import heed
from tandem.policy import grounding
from tandem.policy.vla import features


def _weights(distance: float, **columns: float) -> np.ndarray:
    seen = np.zeros((1, grounding.OBJECTS, grounding.WIDTH))
    for name, value in {"present": 1.0, "size_x": 0.04, **columns}.items():
        seen[0, 0, grounding.COLUMNS.index(name)] = value
    anchors = np.zeros((1, 2, features.ANCHORS, 3))
    anchors[0, 0, 0, 2], anchors[0, 1, 0, 2] = distance, 0.4
    return heed(seen, anchors)[0]


def test_the_nearer_hand_is_heeded_more() -> None:
    touching, near, far = _weights(0.02), _weights(0.1), _weights(0.4)
    assert touching[0] > near[0] > far[0]
    assert far[0] == far[1] == near[1]


def test_what_is_held_or_unknown_does_not_count() -> None:
    assert _weights(0.02, held_left=1.0)[0] == _weights(0.4)[0]
    assert _weights(0.02, held_right=1.0)[0] == _weights(0.02)[0]
    assert _weights(0.02, present=0.0)[0] == _weights(0.4)[0]


def test_a_hand_that_is_to_hold_the_box_is_heeded_there() -> None:
    seen = np.zeros((1, grounding.OBJECTS, grounding.WIDTH))
    seen[0, : grounding.ABOUT, grounding.COLUMNS.index("present")] = 1.0
    seen[0, grounding.GOAL, [grounding.COLUMNS.index(flag) for flag in ("is_object", "is_goal")]] = 1.0
    anchors = np.zeros((1, 2, features.ANCHORS, 3))
    anchors[0, :, : features.WAYS, 2] = 0.5
    away = heed(seen, anchors)[0]
    anchors[0, 1, 2 * features.TOLD_BY - 1, 2] = 0.01
    near = heed(seen, anchors)[0]
    assert near[1] > 2 * away[1]
    assert near[0] == away[0]
    seen[0, grounding.TARGET] = 0.0
    assert heed(seen, anchors)[0, 1] == away[1], "nothing is to be pressed on"
