"""The box itself: a free body on rubber feet, its six modules, which can be put into any cell, and its handles."""

from math import atan2, cos, hypot, sin

import mujoco
import numpy as np

from tandem.cell.busybox.layout import MODULES, canonical
from tandem.cell.busybox.parts import BOX
from tandem.cell.pose import Pose
from tandem.sim.busybox import buttons, display, knob, looks, sliders, switches, wires
from tandem.sim.busybox.building import GEOM, child, settings, shown, solid
from tandem.sim.scenes import ObjectKind

FOOT_PRIORITY = 1
_FOOT = 0.008
"""Radius of a foot [m]."""

_GAP = 0.001
"""Between the box's underside and the table: it stands on its feet alone [m]."""

_LOWER = 0.0004
"""Than the bar are the posts of a handle, so that the two don't flicker where they meet [m]."""

_HANDLES_SHARE, _PARTS_SHARE = 0.10, 0.25
"""Of the mass; the rest is the modules' shells."""

_FITTERS = {
    "buttons": buttons.fit,
    "sliders": sliders.fit,
    "knob": knob.fit,
    "switches": switches.fit,
    "wires": wires.fit,
    "display": display.fit,
}


def add_box(spec: mujoco.MjSpec, kind: ObjectKind) -> None:
    """Add a free body ``box``; its frame is in the middle of its bounding box without the handles, as a scene's objects have it.

    Its modules are in their canonical cells: `placing.put` moves them.
    """
    name, _, scheme, size = kind
    # With its many joints it costs as much as all the rest; most of the time nobody touches it, and nothing on it moves.
    spec.option.enableflags |= mujoco.mjtEnableBit.mjENBL_SLEEP
    # With so many joints MuJoCo 4.0's solver does better with the full matrix: with a sparse one it at times finds no solution
    # for a box at rest in a hand, and flings it away. It takes no longer.
    spec.option.jacobian = mujoco.mjtJacobian.mjJAC_DENSE
    for geom in (geom for geom in spec.geoms if geom.conaffinity):
        geom.conaffinity |= wires.CABLE_BIT
    looks.add_materials(spec, scheme)
    body = spec.worldbody.add_body(name=name)
    body.add_freejoint(name=name)
    underside = Pose((0.0, 0.0, -size[2] / 2))
    _add_feet(body, underside)
    shell = (1.0 - _HANDLES_SHARE - _PARTS_SHARE) * float(settings()["mass"]) / len(MODULES)
    for module in MODULES:
        inner = child(body, f"{BOX}/{module}", underside @ canonical()[module].pose)
        _add_shell(inner, module, shell)
        _FITTERS[module](spec, inner, scheme)
    for side in ("left", "right"):
        _add_handle(body, side, underside)


def _add_feet(body: mujoco.MjsBody, underside: Pose) -> None:
    """Four half balls of rubber; their friction counts, whatever they stand on."""
    x, y, _ = settings()["frame"]
    for along in (1, -1):
        for across in (1, -1):
            at = np.array([along * (x / 2 - 0.02), across * (y / 2 - 0.02), underside.position[2] + _FOOT])
            foot = body.add_geom(type=GEOM.mjGEOM_SPHERE, size=(_FOOT, 0, 0), pos=at, material=looks.RUBBER, mass=0.002, condim=4)
            foot.friction, foot.priority = np.array([settings()["friction"], 0.003, 0.0001]), FOOT_PRIORITY


def _add_shell(module: mujoco.MjsBody, name: str, mass: float) -> None:
    """A block up to the face, the printed face, and the rim around it."""
    half, tall, rim = settings()["pitch"] / 2, settings()["face"] - _GAP, settings()["rim"]
    solid(module, GEOM.mjGEOM_BOX, (half, half, tall / 2), (0, 0, -tall / 2), looks.plate(name), mass)
    shown(module, GEOM.mjGEOM_BOX, (half - 0.001, half - 0.001, 0.0001), (0, 0, 0.0001), looks.face(name))
    for sign in (1, -1):
        shown(module, GEOM.mjGEOM_BOX, (half, 0.001, rim / 2), (0, sign * (half - 0.001), rim / 2), looks.plate(name))
        shown(module, GEOM.mjGEOM_BOX, (0.001, half, rim / 2), (sign * (half - 0.001), 0, rim / 2), looks.plate(name))


def _add_handle(box: mujoco.MjsBody, side: str, underside: Pose) -> None:
    """An open D: a bar along the box's end, which two slanted posts hold."""
    sign = -1.0 if side == "left" else 1.0
    own, frame = settings()["handle"], settings()["frame"]
    body = child(box, f"{BOX}/handles/{side}", underside)
    bar, tall = float(own["bar"]), float(own["height"]) - _GAP
    wall = float(frame[0]) / 2
    outer = wall + own["depth"] - bar / 2
    foot, top = own["length"] / 2 - bar / 2, own["length"] / 2 - own["depth"] / 2
    mass, material = _HANDLES_SHARE * float(settings()["mass"]) / 2, looks.handle(side)
    size = (bar / 2, top + 0.35 * bar, tall / 2)
    solid(body, GEOM.mjGEOM_BOX, size, (sign * outer, 0, _GAP + tall / 2), material, mass / 2)
    length, slant = hypot(outer - wall, foot - top), atan2(foot - top, outer - wall)
    for end in (1.0, -1.0):
        at, turn = (sign * (wall + outer) / 2, end * (foot + top) / 2, _GAP + (tall - _LOWER) / 2), -sign * end * slant
        turned = (cos(turn / 2), 0, 0, sin(turn / 2))
        size = (length / 2, bar * 0.4, (tall - _LOWER) / 2)
        solid(body, GEOM.mjGEOM_BOX, size, at, material, mass / 4, quat=turned)
