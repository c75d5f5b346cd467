"""Free fingers are led astray and back; those that hold something stay."""

import numpy as np

from tandem.learning.training.fingers import FingersAstray

COUNT, ROWS = 400, 12
GIVEN = np.arange(COUNT) % 4 + 1


def _astray(opened: float, commanded: float, *, holding: bool = False, share: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    measured, travel = np.full((COUNT, 2), opened), np.full((COUNT, ROWS, 2), commanded)
    held = np.full((COUNT, 2), holding)
    astray = FingersAstray.drawn(measured, travel, held, np.zeros((COUNT, 2)), GIVEN, np.random.default_rng(0), share)
    return astray.applied(measured, travel)


def test_committed_rows_stay_off_and_later_ones_lead_back() -> None:
    opened, travel = _astray(0.03, 0.03)
    off = opened - 0.03
    assert (np.abs(off) > 0.01).any()
    for given in range(1, 5):
        mine = given == GIVEN
        np.testing.assert_allclose(travel[mine, :given] - 0.03, np.repeat(off[mine, None], given, axis=1), atol=1e-12)
    np.testing.assert_allclose(travel[:, -1], 0.03)


def test_fingers_stay_within_their_travel() -> None:
    for start in (0.0, 0.001, 0.042):
        opened, travel = _astray(start, start)
        assert min(opened.min(), travel.min()) >= 0.0
        assert max(opened.max(), travel.max()) <= 0.0425


def test_fingers_that_press_or_hold_stay() -> None:
    for opened, _ in (_astray(0.02, 0.015), _astray(0.02, 0.02, holding=True), _astray(0.02, 0.02, share=0.0)):
        assert (opened == 0.02).all()
