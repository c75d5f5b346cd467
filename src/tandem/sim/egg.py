"""An egg: a shell that gives way under the fingers, on a foot that keeps it upright."""

from typing import Any

import mujoco
import numpy as np

from tandem.cell import description, names
from tandem.sim.robot_body import FINGERS
from tandem.sim.scenes import ObjectKind

SOFT = 2
"""Priority of the shell's contacts: they are as soft as it says, whatever it touches."""

_FOOT_PRIORITY = 1
_FOOT_SHARE = 0.1
"""Of the mass."""

_ABOVE_TABLE = 0.0005
"""Between the shell and the plane that the foot stands on [m]."""

_IMPEDANCE = 0.99
_RUBBING = 400.0
"""How fast a pad stops a shell that slides on it [1/s]."""

_INVERSE_FINGER_MASS = 0.9
"""Of a finger, as MuJoCo's contacts see it [1/kg]."""


def add_egg(spec: mujoco.MjSpec, kind: ObjectKind) -> None:
    """Add a free body of that name; its frame is the centre of its bounding box."""
    name, category, colour, size = kind
    settings = description.settings("props.yaml")
    own, friction = settings[category], settings["friction"]
    spec.add_material(name=name, rgba=(*settings["colours"][colour], 1.0), specular=0.25, shininess=0.35)
    body = spec.worldbody.add_body(name=name)
    body.add_freejoint(name=name)
    half = np.array(size) / 2
    shell = body.add_geom(name=f"{name}_0", type=mujoco.mjtGeom.mjGEOM_ELLIPSOID, material=name, condim=4)
    shell.size, shell.pos = half - (0.0, 0.0, _ABOVE_TABLE / 2), np.array([0.0, 0.0, _ABOVE_TABLE / 2])
    shell.mass, shell.priority = (1.0 - _FOOT_SHARE) * own["mass"], SOFT
    shell.friction = np.array([own["shell"]["slide"], friction["spin"], friction["roll"]])
    shell.solref[:2], shell.solimp[:3] = _softness(own), (_IMPEDANCE, _IMPEDANCE, 0.001)
    for side in names.SIDES:
        for finger in FINGERS:
            _add_grip(spec, f"{side}_pad_{finger}", shell)
    foot = body.add_geom(name=f"{name}_1", type=mujoco.mjtGeom.mjGEOM_BOX, material=name, condim=4)
    side, height = own["foot"]["side"], own["foot"]["height"]
    foot.size, foot.pos = np.array([side, side, height]) / 2, np.array([0.0, 0.0, height / 2 - half[2]])
    foot.mass, foot.priority = _FOOT_SHARE * own["mass"], _FOOT_PRIORITY
    foot.friction = np.array([own["foot"]["slide"], friction["spin"], friction["roll"]])


def _add_grip(spec: mujoco.MjSpec, pad: str, shell: mujoco.MjsGeom) -> None:
    """The contact of a pad with the shell: soft where they press, but not where they rub, or the shell would creep down."""
    slide, spin, roll = (float(value) for value in shell.friction)
    grip = spec.add_pair(geomname1=pad, geomname2=shell.name, condim=4)
    grip.friction = np.array([slide, slide, spin, roll, roll])
    grip.solref[:2], grip.solimp[:3] = shell.solref[:2], shell.solimp[:3]
    grip.solreffriction[:2] = (-1.0, -_RUBBING)


def _softness(own: dict[str, Any]) -> tuple[float, float]:
    """MuJoCo's reference of a contact with a finger that gives way by a stiffness [N/m] and a damping [N s/m].

    A contact at rest pushes with ``d k r / ((1 - d) A)`` for a penetration ``r``: ``d`` is the impedance, ``k`` the first figure
    of the reference over ``d`` squared, and ``A`` the inverse masses of both bodies; see Computation in MuJoCo's manual.
    """
    per_newton = (1.0 - _IMPEDANCE) / _IMPEDANCE * (1.0 / own["mass"] + _INVERSE_FINGER_MASS)
    shell = own["shell"]
    return -shell["stiffness"] * per_newton * _IMPEDANCE**2, -shell["damping"] * per_newton * _IMPEDANCE
