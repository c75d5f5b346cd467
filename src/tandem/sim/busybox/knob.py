"""The knob: a body with a pointer, held by detents at six numbers."""

import mujoco
import numpy as np

from tandem.sim.busybox import looks
from tandem.sim.busybox.building import GEOM, child, hinge, settings, shown, solid

_MASS = 0.035


def fit(spec: mujoco.MjSpec, module: mujoco.MjsBody, scheme: str) -> None:
    """Its joint is the pointer's angle, counterclockwise from the module's y axis; it turns on and on."""
    own = settings()["knob"]
    radius, tall = own["body"]["diameter"] / 2, own["body"]["height"]
    reach, width = own["pointer"]["reach"], own["pointer"]["width"]
    moving = child(module, f"{module.name}/knob")
    hinge(moving, moving.name, (0, 0, 1), damping=0.002, armature=1e-4)
    body, edge = looks.knob_body(scheme), looks.knob_edge(scheme)
    solid(moving, GEOM.mjGEOM_CYLINDER, (radius, tall / 2), (0, 0, tall / 2), body, 0.8 * _MASS)
    thick, start = tall * 0.45, radius * 0.7
    middle, top = (start + reach) / 2, tall - thick / 2
    solid(moving, GEOM.mjGEOM_BOX, (width / 2, (reach - start) / 2, thick / 2), (0, middle, top), body, 0.2 * _MASS)
    _add_outline(moving, radius, tall, (width, reach), edge)
    drop = np.array([0.0055, 0.0055, 0.0004])
    shown(moving, GEOM.mjGEOM_CYLINDER, (0.0065, 0.0004), (0, -0.003, tall + 0.0004), looks.knob_mark(scheme))
    quarter = (np.cos(np.pi / 8), 0, 0, np.sin(np.pi / 8))
    shown(moving, GEOM.mjGEOM_BOX, drop * 0.85, (0, 0.003, tall + 0.0004), looks.knob_mark(scheme), quat=quarter)


def _add_outline(moving: mujoco.MjsBody, radius: float, tall: float, pointer: tuple[float, float], edge: str) -> None:
    """A coloured line along the upper edge of body and pointer, a disc with a smaller one on it."""
    width, reach = pointer
    shown(moving, GEOM.mjGEOM_CYLINDER, (radius, 0.0001), (0, 0, tall + 0.0001), edge)
    shown(moving, GEOM.mjGEOM_CYLINDER, (radius - 0.0022, 0.0002), (0, 0, tall + 0.0002), _inner(edge))
    shown(
        moving,
        GEOM.mjGEOM_BOX,
        (width / 2, (reach - radius * 0.7) / 2, 0.0001),
        (0, (reach + radius * 0.7) / 2, tall + 0.0001),
        edge,
    )
    inner = (width / 2 - 0.002, (reach - radius * 0.6) / 2 - 0.001, 0.0002)
    shown(moving, GEOM.mjGEOM_BOX, inner, (0, (reach + radius * 0.6) / 2 - 0.001, tall + 0.00025), _inner(edge))


def _inner(edge: str) -> str:
    return edge.replace("edge", "body")
