"""How often each moment of the demonstrations is learned from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tandem.learning.training.passages import Index


def odds(sentences: Sequence[str], task: Index, balance: float) -> NDArray[np.float64]:
    """Probability of each of N frames to be drawn, shape (N,).

    Demonstrations of a whole task are mostly picking and placing; kinds of steps that are rarer, an insertion or a hand-over, are
    drawn more often than they occur.

    Args:
        sentences: texts of steps by task index; their first word is the kind of step.
        task: index of each frame's, shape (N,).
        balance: 0 draws all frames alike, 1 all kinds of steps alike.
    """
    kinds = [text.split(" ")[0] for text in sentences]
    number = {kind: index for index, kind in enumerate(dict.fromkeys(kinds))}
    kind = np.array([number[word] for word in kinds])[task]
    weight = np.maximum(np.bincount(kind, minlength=len(number)), 1)[kind] ** -float(balance)
    return np.asarray(weight / weight.sum())
