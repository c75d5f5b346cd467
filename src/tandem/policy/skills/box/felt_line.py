"""How a round thing lies between the fingers, by touch: the line along which it presses on the pads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from tandem.cell.names import Side
from tandem.cell.observation import Observation
from tandem.policy.skills.grasps import FINGER_HALF_WIDTH_M, FINGERTIP_M

Array = NDArray[np.float64]

PAD_M = 0.032
"""Length of a pad, back from the fingertips."""

_LEAST_N = 6.0
"""With less on both pads together nothing is told of it."""

_POINTS = np.linspace(-1.0, 1.0, 7)
"""Of the line that press, as shares of half its length."""

_SKIN_M, _HALF_M = 0.006, 0.008
"""About how far a pad's skin carries a force, and half the length of a line on it: where the fit begins."""

_STARTS, _SCALE = (-0.7, 0.0, 0.7), (0.001, 0.001, 0.1, 0.001, 0.001)
"""Slopes from which the fit begins [rad]; about how much its figures differ."""

_MOST_REST = 0.25
"""What may be left over of the forces' pattern, as a share of its size; with more it isn't a line."""


@dataclass(frozen=True)
class FeltLine:
    """In the plane between the fingers, in the tcp's x and z.

    Attributes:
        place: of a point of it, shape (2,) [m].
        direction: along it, shape (2,), of length 1; towards the palm.
    """

    place: Array
    direction: Array


def felt_line(observation: Observation, side: Side) -> FeltLine | None:
    """The line along which something presses on the pads of a hand; None where touch isn't measured or it isn't a line.

    Each of a row of forces along a line is seen spread over the taxels, as a normal distribution; place, slope, length and spread
    are those that fit best (least squares).
    """
    pads = observation.tactile.get(side)
    if pads is None:
        return None
    pressure = np.maximum(pads[..., 0], 0.0).sum(axis=0)
    if pressure.sum() < _LEAST_N:
        return None
    shares = pressure / pressure.sum()
    x, z = _taxels(*shares.shape)
    middle = np.array([(shares * x).sum(), (shares * z).sum()])

    def rest(figures: Array) -> Array:
        return (_spread(figures, x, z) - shares).ravel()

    fits = [least_squares(rest, [*middle, slope, _HALF_M, _SKIN_M], x_scale=_SCALE) for slope in _STARTS]
    best = min(fits, key=lambda fit: fit.cost)
    if np.sqrt(2 * best.cost) > _MOST_REST * np.linalg.norm(shares):
        return None
    direction = -np.array([np.sin(best.x[2]), np.cos(best.x[2])])
    return FeltLine(best.x[:2], direction if direction[1] < 0 else -direction)


def _taxels(rows: int, columns: int) -> tuple[Array, Array]:
    """Places of the taxels in the tcp's x, shape (1, columns), and z, shape (rows, 1) [m]."""
    x = ((np.arange(columns) + 0.5) / columns * 2.0 - 1.0) * FINGER_HALF_WIDTH_M
    z = FINGERTIP_M - PAD_M + (np.arange(rows) + 0.5) / rows * PAD_M
    return x[None, :], z[:, None]


def _spread(figures: Array, x: Array, z: Array) -> Array:
    """Shares of the force that each taxel feels of a line: its middle's x and z, slope [rad], half length, spread [m]."""
    middle_x, middle_z, slope, half, skin = figures
    along = (_POINTS * half)[:, None, None]
    squared = (x - middle_x - along * np.sin(slope)) ** 2 + (z - middle_z - along * np.cos(slope)) ** 2
    weights = np.exp(-squared / (2.0 * max(abs(skin), 1e-4) ** 2))
    return np.asarray((weights / np.maximum(weights.sum(axis=(1, 2), keepdims=True), 1e-12)).mean(axis=0))
