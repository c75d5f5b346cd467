"""Two toggle switches, each with two stable states."""

import mujoco

from tandem.cell.busybox.state import ROW_NAMES, lever_tilt
from tandem.cell.pose import Pose
from tandem.sim.busybox import looks
from tandem.sim.busybox.building import GEOM, child, hinge, limit, settings, shown, solid

_MASS = 0.004

_BEYOND = 0.03
"""As far as this past its states a lever can be pushed against its stop [rad]."""


def fit(spec: mujoco.MjSpec, module: mujoco.MjsBody, scheme: str) -> None:
    """A lever each; its joint is its tilt from the face's normal, positive to the module's right."""
    own = settings()["switches"]
    hole, length, radius = own["hole"] / 2, own["lever"]["length"], own["lever"]["diameter"] / 2
    for row in ROW_NAMES:
        at = (0.0, own["rows"][row], 0.0)
        shown(module, GEOM.mjGEOM_CYLINDER, (hole, 0.001), (*at[:2], 0.001), looks.switch_nut(scheme))
        shown(
            module, GEOM.mjGEOM_CYLINDER, (hole * 0.68, 0.002), (*at[:2], 0.002), looks.METAL if scheme == "first" else looks.DARK
        )
        moving = child(module, f"{module.name}/{row}", Pose(at))
        moving.gravcomp = 1.0  # its weight is nothing beside its spring, and would keep it from lying still
        joint = hinge(moving, moving.name, (0, 1, 0), damping=0.003, armature=4e-5)
        limit(joint, lever_tilt(False) - _BEYOND, lever_tilt(True) + _BEYOND)
        stick = (radius * 0.75, length / 2 - radius)
        solid(moving, GEOM.mjGEOM_CAPSULE, stick, (0, 0, length / 2), looks.lever(row), _MASS / 2)
        if scheme == "first":
            solid(moving, GEOM.mjGEOM_SPHERE, (radius,), (0, 0, length - radius), looks.lever(row), _MASS / 2)
        else:
            blade = (radius, radius * 1.4, length * 0.42)
            solid(moving, GEOM.mjGEOM_BOX, blade, (0, 0, length * 0.58), looks.lever(row), _MASS / 2)
