"""How a hand has a plug, by touch: closing fingers turn and shift it, by more than the hole of its jack forgives."""

import numpy as np

from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.policy.skills.box.felt_line import FeltLine, felt_line
from tandem.policy.skills.box.hands import face_height
from tandem.policy.skills.situation import Situation

_TIP_M, _PIN_M = 0.0225, 0.001
"""From a pin's tip to the plug's middle; its axis is about so far above what it stands on at its tip [m]."""

_HANGS_M = 0.008
"""A plug that would have to be farther from where it was seen, to stand on the face, hangs from its cable."""

_CLOSING, _CARRIED = (float(np.cos(np.radians(40.0))), 0.008), (float(np.cos(np.radians(20.0))), 0.005)
"""As fingers close, and as it is carried, a plug doesn't turn farther in the hand, as a cosine, and isn't shifted farther across
its axis [m]: then it is felt wrongly, as where its cable presses on the pads as well."""


def felt_standing(situation: Situation, side: Side, expected: Pose) -> Pose:
    """The middle of a plug in the frame of the hand that has just closed on it, by touch: it stands on the face still.

    Where that puts it far from where it was seen it hangs, and what was seen counts for how far in the hand it is.
    """
    line = felt_line(situation.observation, side)
    if line is None:
        return expected
    place, axis = _in_space(line, expected)
    if not _believable(place, axis, expected, *_CLOSING):
        return expected
    hand = situation.measured_tcp(side)
    rising = float((hand.rotation @ axis)[2])
    height = float((hand @ Pose((float(place[0]), 0.0, float(place[2])))).position[2])
    tip = place + (face_height(situation) + _PIN_M - height) / max(rising, 0.2) * axis
    seen = np.array(expected.position)
    along = float((tip + _TIP_M * axis - seen) @ axis)
    if abs(along) > _HANGS_M:
        along = 0.0
    return Pose.along(place + ((seen - place) @ axis + along) * axis, axis, expected.rotation[:, 0])


def felt_again(situation: Situation, side: Side, before: Pose) -> Pose:
    """The same for a plug that has turned in the hand since: it hasn't slid along its axis."""
    line = felt_line(situation.observation, side)
    if line is None:
        return before
    place, axis = _in_space(line, before)
    if not _believable(place, axis, before, *_CARRIED):
        return before
    along = float(np.array(before.position) @ before.rotation[:, 2])
    return Pose.along(place + (along - place @ axis) * axis, axis, before.rotation[:, 0])


def _believable(place: np.ndarray, axis: np.ndarray, before: Pose, least: float, shift: float) -> bool:
    """Whether a plug that was thought to be there may have that axis through that place now."""
    off = place - np.array(before.position)
    return bool(axis @ before.rotation[:, 2] > least and np.linalg.norm(off - (off @ axis) * axis) < shift)


def _in_space(line: FeltLine, expected: Pose) -> tuple[np.ndarray, np.ndarray]:
    """A point of the line and its direction in the tcp's frame, the latter towards the plug's cable."""
    axis = np.array([line.direction[0], 0.0, line.direction[1]])
    forward = 1.0 if axis @ expected.rotation[:, 2] > 0 else -1.0
    return np.array([line.place[0], 0.0, line.place[1]]), forward * axis
