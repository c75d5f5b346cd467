"""Rare kinds of steps are learned from more often than they occur."""

import numpy as np
import pytest

from tandem.learning.training.balance import odds

_SENTENCES = ["pick up the red cube", "insert the peg", "pick up the egg", "hand over nothing"]


@pytest.mark.parametrize(("balance", "share"), [(0.0, 0.1), (0.5, 0.25), (1.0, 0.5)])
def test_shares_of_kinds(balance: float, share: float) -> None:
    task = np.array([0, 2, 0, 2, 0, 2, 0, 2, 0, 1])
    found = odds(_SENTENCES, task, balance)
    assert found.sum() == pytest.approx(1.0)
    assert found[-1] == pytest.approx(share)
    assert np.ptp(found[:-1]) == pytest.approx(0.0)
