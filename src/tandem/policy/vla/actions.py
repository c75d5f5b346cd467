"""Action chunks as the model predicts them: where each hand goes, seen from where it has been sent.

A row holds, for the left and then the right hand, the position [m] and the rotation vector [rad] of the target grasp centre in
the frame of the one that is commanded now, and how far the fingers are to be from touching the step's object on either side.
That gap is compressed, since a tenth of a millimetre decides on the grip of an egg and two centimetres open the hand. It doesn't
depend on where the fingers are: otherwise fingers that have stopped on their way would look like fingers that are where they
should be.

Where the hand really is lags behind that while it moves, and differs where something holds it up: seen from there, a hand that
presses would look like one that moves.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tandem.policy.vla import frames

Array = NDArray[np.float64]

HAND_WIDTH: Final = 7
WIDTH: Final = 2 * HAND_WIDTH
OF_FINGERS: Final = np.arange(WIDTH) % HAND_WIDTH == HAND_WIDTH - 1
"""Which columns are the fingers' gaps."""

_FINE_M = 0.0005


def encode(targets: Array, travel: Array, tcp: Array, half_width: Array) -> Array:
    """Targets as rows, shape (..., H, WIDTH).

    Args:
        targets: of the grasp centres in the world, shape (..., H, 2, 4, 4).
        travel: of the fingers, shape (..., H, 2) [m].
        tcp: poses of the grasp centres in the world that are commanded now, shape (..., 2, 4, 4).
        half_width: travel at which the fingers touch the step's object, of `features.half_width`, shape (...) [m].
    """
    seen = frames.inverse(tcp)[..., None, :, :, :] @ targets
    gap = np.arcsinh((travel - half_width[..., None, None]) / _FINE_M)
    rows = np.concatenate([seen[..., :3, 3], frames.rotation_vectors(seen), gap[..., None]], axis=-1)
    return rows.reshape(*rows.shape[:-2], WIDTH)


def decode(rows: Array, tcp: Array, half_width: Array) -> tuple[Array, Array]:
    """The inverse of `encode`: targets, shape (..., H, 2, 4, 4), and travel, shape (..., H, 2)."""
    by_hand = rows.reshape(*rows.shape[:-1], 2, HAND_WIDTH)
    seen = frames.from_vectors(by_hand[..., :3], by_hand[..., 3:6])
    travel = half_width[..., None, None] + _FINE_M * np.sinh(by_hand[..., 6])
    return tcp[..., None, :, :, :] @ seen, travel
