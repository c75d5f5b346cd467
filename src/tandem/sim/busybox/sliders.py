"""Two sliders, whose caps are held by detents at five numbers."""

import mujoco

from tandem.cell.busybox.state import ROW_NAMES
from tandem.cell.pose import Pose
from tandem.sim.busybox import looks
from tandem.sim.busybox.building import GEOM, child, limit, settings, shown, slide, solid

_MASS = 0.012
_STEM = 0.004
"""Height of the cap's underside above the face [m]."""


def fit(spec: mujoco.MjSpec, module: mujoco.MjsBody, scheme: str) -> None:
    """A cap on a stem each; its joint is its x in the module's frame."""
    own = settings()["sliders"]
    length, width, height = own["cap"]
    for row in ROW_NAMES:
        moving = child(module, f"{module.name}/{row}", Pose((0.0, own["rows"][row], 0.0)))
        joint = slide(moving, moving.name, (1, 0, 0), damping=1.5, armature=0.02)
        limit(joint, own["positions"][0] - 0.001, own["positions"][-1] + 0.001)
        tall = height - _STEM
        solid(moving, GEOM.mjGEOM_BOX, (length / 2, width / 2, tall / 2), (0, 0, _STEM + tall / 2), looks.slider(row), _MASS)
        shown(moving, GEOM.mjGEOM_BOX, (0.003, own["slot"][1] / 2 - 0.0005, _STEM / 2), (0, 0, _STEM / 2), looks.METAL)
        if scheme == "first":
            top = (0, 0, height + 0.0001)
            shown(moving, GEOM.mjGEOM_BOX, (width / 2 - 0.001, width / 2 - 0.001, 0.0001), top, looks.arrow(row))
        else:
            ridge = (0.0015, width / 2 - 0.001, 0.0008)
            shown(moving, GEOM.mjGEOM_BOX, ridge, (0, 0, height), looks.slider(row))
