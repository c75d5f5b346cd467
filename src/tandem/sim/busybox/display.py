"""The display: a window in which nothing moves."""

import mujoco

from tandem.sim.busybox import looks
from tandem.sim.busybox.building import GEOM, settings, shown


def fit(spec: mujoco.MjSpec, module: mujoco.MjsBody, scheme: str) -> None:
    """A frame around the window, which itself is in the print of the face."""
    x, y = (value / 2 for value in settings()["display"]["window"])
    for sign in (1, -1):
        shown(module, GEOM.mjGEOM_BOX, (x + 0.002, 0.001, 0.0006), (0, sign * (y + 0.001), 0.0006), looks.plate("display"))
        shown(module, GEOM.mjGEOM_BOX, (0.001, y, 0.0006), (sign * (x + 0.001), 0, 0.0006), looks.plate("display"))
