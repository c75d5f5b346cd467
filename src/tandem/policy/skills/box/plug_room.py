"""How much room fingers have around a plug of the BusyBox: beside the other plugs, and beside its own cable."""

from functools import cache

import numpy as np

from tandem.cell import description
from tandem.cell.busybox.parts import PLUG_CATEGORY
from tandem.cell.busybox.state import ROW_NAMES
from tandem.cell.pose import Pose
from tandem.policy.skills.grasps import FINGER_HALF_WIDTH_M, FINGER_M, FINGERTIP_M
from tandem.policy.skills.situation import Situation

RADIUS_M = 0.004
"""A plug's."""

_CABLE_M = 0.0013
"""A cable's radius."""

SLEEVE_M = 0.0125
"""From a plug's middle to either end of its sleeve: its cable leaves it at one."""

_PIN_M, _BALLS = -0.0225, 9
"""From a plug's middle to its pin's tip; so many balls stand for a plug."""

_BEND = float(np.radians(35.0))
"""By so much a cable leaves its plug to the side to which it is seen to bend."""

_ALONG = np.linspace(0.0, 0.6, 9)[:, None]
"""Places on a cable that may be under fingers, as parameters of a curve."""

_OTHER: dict[str, str] = dict(zip(ROW_NAMES, reversed(ROW_NAMES), strict=True))

Balls = np.ndarray
"""Round things: their middles in the world and their radii, shape (N, 4) [m]."""


def plugs_around(situation: Situation, name: str) -> Balls:
    """The other plugs, as they stand."""
    others = [item for item in situation.scene if item.category == PLUG_CATEGORY and item.name != name]
    along = np.linspace(_PIN_M, SLEEVE_M, _BALLS)[:, None]
    middles = [np.array(item.pose.position) + along * item.pose.rotation[:, 2] for item in others]
    return _balls(np.concatenate([np.empty((0, 3)), *middles]), RADIUS_M)


def own_cable(situation: Situation, name: str) -> Balls:
    """Where a plug ends as it lies, and the way of its cable to the wire's other plug.

    A finger that comes down on it pushes the plug away. The cable is as long as a loop from jack to jack, and taken to be a cubic
    Bezier curve that leaves this plug to the side to which it is seen to bend, and enters the other one along its axis.
    """
    wire, row = name.rsplit("/", 1)
    plug, other = situation.object(name).pose, situation.object(f"{wire}/{_OTHER[row]}").pose
    first, last = (np.array(pose.position) + SLEEVE_M * pose.rotation[:, 2] for pose in (plug, other))
    slack = max(_cable_length() - float(np.linalg.norm(last - first)), SLEEVE_M)
    leaving = first + slack * (np.cos(_BEND) * plug.rotation[:, 2] + np.sin(_BEND) * plug.rotation[:, 0])
    entering = last + slack * other.rotation[:, 2]
    rest = 1.0 - _ALONG
    cable = rest**3 * first + 3 * rest**2 * _ALONG * leaving + 3 * rest * _ALONG**2 * entering + _ALONG**3 * last
    return np.concatenate([_balls(first[None, :], RADIUS_M), _balls(cable, _CABLE_M)])


@cache
def _cable_length() -> float:
    """Of half an ellipse from plug to plug (Ramanujan) [m]."""
    wires = description.settings("busybox.yaml")["wires"]
    half, high = float(wires["rows"]["top"]), float(wires["loop"]) - float(wires["plug"]["height"])
    return float(np.pi / 2 * (3 * (half + high) - np.sqrt((3 * half + high) * (half + 3 * high))))


def _balls(middles: np.ndarray, radius: float) -> Balls:
    return np.column_stack([middles, np.full(len(middles), radius)])


def off_fingers(tcp: Pose, room: float, around: Balls) -> float:
    """Distance from opened fingers to what stands around [m]; negative inside of one, by how far it would have to go aside.

    Args:
        tcp: of the hand, in the world; it comes straight down.
        room: between each finger and a plug in their middle [m].
        around: what stands there.
    """
    return _off(tcp, RADIUS_M + room, RADIUS_M + room + FINGER_M, around)


def off_sweep(tcp: Pose, room: float, around: Balls) -> float:
    """Likewise from fingers and what is between them, which they take along as they close."""
    return _off(tcp, -np.inf, RADIUS_M + room + FINGER_M, around)


def _off(tcp: Pose, inner: float, outer: float, around: Balls) -> float:
    """Distance to two blocks on either side of a hand's middle, from so far to so far off it; to one without an inner side."""
    if not len(around):
        return float("inf")
    x, y, z = ((around[:, :3] - np.array(tcp.position)) @ tcp.rotation).T
    beyond = np.maximum(inner - np.abs(y), np.abs(y) - outer)
    outside = np.array([np.abs(x) - FINGER_HALF_WIDTH_M, beyond, z - FINGERTIP_M])
    apart = np.linalg.norm(np.maximum(outside, 0.0), axis=0) + np.minimum(outside.max(axis=0), 0.0)
    return float((apart - around[:, 3]).min())
