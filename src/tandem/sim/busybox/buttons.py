"""Four arcade buttons, each on a spring that clicks."""

import mujoco

from tandem.cell.busybox.state import BUTTON_COLOURS
from tandem.cell.pose import Pose
from tandem.sim.busybox import looks
from tandem.sim.busybox.building import GEOM, child, limit, settings, shown, slide, solid
from tandem.sim.busybox.detents import button_spring

_MASS = 0.006
_RING_HEIGHT = 0.006


def fit(spec: mujoco.MjSpec, module: mujoco.MjsBody, scheme: str) -> None:
    """A ring and a cap each; the cap's joint is 0 when released, and its travel when pressed."""
    own = settings()["buttons"]
    travel, ring, cap = float(own["travel"]), float(own["ring"]) / 2, float(own["cap"]) / 2
    for colour in BUTTON_COLOURS:
        x, y = (own["offset"] * sign for sign in own["places"][colour])
        high = float(own["height"])
        # Nothing that reaches for a cap meets its ring first, and a cap that is down still stands out of it.
        shown(module, GEOM.mjGEOM_CYLINDER, (ring, _RING_HEIGHT / 2), (x, y, _RING_HEIGHT / 2), looks.ring(colour))
        moving = child(module, f"{module.name}/{colour}", Pose((x, y, 0.0)))
        joint = slide(moving, moving.name, (0, 0, -1), damping=0.6, armature=0.004, stiffness=button_spring())
        limit(joint, 0.0, travel)
        solid(moving, GEOM.mjGEOM_CYLINDER, (cap - 0.004, high / 2), (0, 0, high / 2), looks.cap(colour), _MASS)
        shown(moving, GEOM.mjGEOM_CYLINDER, (cap - 0.001, 0.0005), (0, 0, _RING_HEIGHT + 0.0005), looks.ring(colour))
