"""Four wires: two plugs each, which move freely unless a jack holds them, joined by a loop of cable."""

from itertools import pairwise
from math import atan2, cos, hypot, pi, sin

import mujoco
import numpy as np

from tandem.cell.busybox.parts import plug
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS
from tandem.cell.pose import Pose
from tandem.sim.busybox import looks
from tandem.sim.busybox.building import GEOM, JOINT, child, hinge, limit, settings, shown, slide, solid, weight

SEGMENTS = 5
SLIDES, HINGES = ("x", "y", "z"), ("rx", "ry", "rz")
"""Of a plug: where it is in the frame of its own jack, and how it is turned."""

_CABLE = "cable"
_AXES = np.eye(3)
_CARRIER_MASS, _PLUG_MASS, _SEGMENT_MASS = 0.003, 0.009, 0.001
_PIN_RADIUS = 0.0018
_CABLE_STIFFNESS, _CABLE_DAMPING = 0.03, 0.0015
"""Of a joint between two pieces of cable [N m/rad], [N m s/rad]."""

_SEAT = 0.0002
_ARMATURE = 0.02
"""That a plug is heavier by against the box [kg]: what holds it can be stiffer then."""

_ANYWHERE = 10.0

_TIE_LENGTH = 0.3
"""Weighs turns of a cable's end against shifts [m]: with much less the end would give way to the cable's stiffness."""

PLUG_BIT, PIN_BIT, CABLE_BIT = 2, 4, 8
"""Plugs meet everything but cables; pins as well, unless a jack has them. Cables meet what is no part of the box: as light as
they are, they can't be caught between its parts without being flung about."""


def plug_name(colour: str, row: str) -> str:
    """Name of the body of a plug."""
    return f"box/wires/{colour}/{row}"


def cable_name(colour: str, index: int) -> str:
    """Name of the body of a piece of cable, counted from the top plug."""
    return f"box/wires/{colour}/{_CABLE}{index}"


def is_cable(body: str) -> bool:
    """Whether a body is a piece of cable."""
    return body.rsplit("/", 1)[-1].startswith(_CABLE)


def fit(spec: mujoco.MjSpec, module: mujoco.MjsBody, scheme: str) -> None:
    """Jacks, plugs and cables; all plugs are in."""
    for colour in WIRE_COLOURS:
        ends = {}
        for row in ROW_NAMES:
            _add_jack(module, colour, plug(colour, row))
            ends[row] = _add_plug(module, colour, row)
        _add_cable(spec, ends["top"], colour)


def _add_jack(module: mujoco.MjsBody, colour: str, at: tuple[float, float, float]) -> None:
    own = settings()["wires"]["jack"]
    radius, high = own["diameter"] / 2, own["height"]
    # A little lower than a plug goes: one that is in is held by its jack alone.
    solid(module, GEOM.mjGEOM_CYLINDER, (radius, high / 2 - _SEAT), (at[0], at[1], high / 2 - _SEAT), looks.jack(colour), 0.001)
    shown(module, GEOM.mjGEOM_CYLINDER, (0.0024, 0.0001), (at[0], at[1], high + 0.0001), looks.DARK)


def _add_plug(module: mujoco.MjsBody, colour: str, row: str) -> mujoco.MjsBody:
    """The carrier has the plug's place, so that the plug can touch the box: a body doesn't meet the one that carries it."""
    own = settings()["wires"]
    radius, top, jack = own["plug"]["diameter"] / 2, own["plug"]["height"], own["jack"]
    name = plug_name(colour, row)
    carrier = child(module, f"{name}/carrier", Pose(plug(colour, row)))  # type: ignore[arg-type]
    weight(carrier, _CARRIER_MASS)
    for axis, direction in zip(SLIDES, _AXES, strict=True):
        joint = slide(carrier, f"{name}:{axis}", direction, damping=0.05, armature=_ARMATURE)
        _stiffen(joint)
    body = child(carrier, name)
    for axis, direction in zip(HINGES, _AXES, strict=True):
        joint = hinge(body, f"{name}:{axis}", direction, damping=1e-4, armature=2e-5)
        _stiffen(joint)
    low = float(jack["height"])
    sleeve = solid(
        body, GEOM.mjGEOM_CYLINDER, (radius, (top - low) / 2), (0, 0, (top + low) / 2), looks.sleeve(colour), 0.7 * _PLUG_MASS
    )
    sleeve.contype, sleeve.conaffinity = PLUG_BIT, PLUG_BIT | PIN_BIT | 1
    reach = float(jack["depth"])
    pin = solid(
        body, GEOM.mjGEOM_CAPSULE, (_PIN_RADIUS, reach / 2 - _PIN_RADIUS), (0, 0, low - reach / 2), looks.METAL, 0.3 * _PLUG_MASS
    )
    pin.name, pin.contype, pin.conaffinity = f"{name}/pin", PIN_BIT, 1
    shown(body, GEOM.mjGEOM_CYLINDER, (radius * 0.7, 0.003), (0, 0, top + 0.001), looks.sleeve(colour))
    return body


def _stiffen(joint: mujoco.MjsJoint) -> None:
    """Limits and friction that hold: as MuJoCo has them by default, a plug would creep out of its jack under any load."""
    limit(joint, -_ANYWHERE, _ANYWHERE)
    joint.solref_limit, joint.solimp_limit[:3] = np.array([0.004, 1.0]), (0.98, 0.998, 0.0005)
    joint.solref_friction, joint.solimp_friction[:3] = np.array([0.004, 1.0]), (0.9999, 0.9999, 0.001)


def _bend(body: mujoco.MjsBody) -> None:
    """A body bends elastically against its parent."""
    body.add_joint(name=body.name, type=JOINT.mjJNT_BALL, stiffness=_CABLE_STIFFNESS, damping=_CABLE_DAMPING, armature=2e-5)


def _add_cable(spec: mujoco.MjSpec, start: mujoco.MjsBody, colour: str) -> None:
    """Pieces that follow one another along half an ellipse, from the top of the one plug to that of the other.

    The cable is bent where it leaves either plug: the last of its bodies is a part of the bottom plug, and has no length.
    """
    wires = settings()["wires"]
    half, low, high = wires["rows"]["top"], wires["plug"]["height"], wires["loop"]
    # In the plug's own frame, which stands on the jack of the top row.
    angles = np.linspace(0.0, pi, SEGMENTS + 1)
    points = np.array([(half * cos(angle) - half, low + (high - low) * sin(angle)) for angle in angles])
    parent, place, turned = start, (0.0, low), 0.0
    for index, (first, second) in enumerate(pairwise(points)):
        step = second - first
        pitch = atan2(-step[0], step[1])  # about x, from z towards -y
        body = child(parent, cable_name(colour, index), Pose.from_xyz_rpy((0.0, *place), (pitch - turned, 0.0, 0.0)))
        _bend(body)
        length = hypot(*step)
        piece = solid(
            body, GEOM.mjGEOM_CAPSULE, (wires["cable"] / 2, length / 2), (0, 0, length / 2), looks.cable(colour), _SEGMENT_MASS
        )
        piece.contype, piece.conaffinity = CABLE_BIT, 0
        parent, place, turned = body, (0.0, length), pitch
    end = child(parent, cable_name(colour, SEGMENTS), Pose.from_xyz_rpy((0.0, *place), (-turned, 0.0, 0.0)))
    weight(end, _SEGMENT_MASS)
    _bend(end)
    tie = spec.add_equality(name=f"box/wires/{colour}", type=mujoco.mjtEq.mjEQ_WELD, objtype=mujoco.mjtObj.mjOBJ_BODY)
    tie.name1, tie.name2 = end.name, plug_name(colour, "bottom")
    tie.data[10] = _TIE_LENGTH
    tie.solref, tie.solimp[:3] = np.array([0.008, 1.0]), (0.95, 0.99, 0.001)
