"""Small helpers that the parts of the box are built with."""

from typing import Any

import mujoco
import numpy as np

from tandem.cell import description
from tandem.cell.pose import Pose

SHOWN = 0
"""Group of geoms that cameras see."""

HIDDEN = 4
"""Group of geoms that only touch."""

GEOM = mujoco.mjtGeom
JOINT = mujoco.mjtJoint


def settings() -> dict[str, Any]:
    """Of the box."""
    return description.settings("busybox.yaml")


def child(parent: mujoco.MjsBody, name: str, pose: Pose | None = None) -> mujoco.MjsBody:
    """A body within another, by default with the same frame."""
    x, y, z, w = (pose or Pose((0.0, 0.0, 0.0))).quaternion
    return parent.add_body(name=name, pos=(pose or Pose((0.0, 0.0, 0.0))).position, quat=(w, x, y, z))


def solid(body: mujoco.MjsBody, kind: Any, size: Any, at: Any, material: str, mass: float, **more: Any) -> mujoco.MjsGeom:
    """Something that is seen and touched; ``size`` is as MuJoCo takes it, with half lengths."""
    friction = description.settings("props.yaml")["friction"]
    geom = body.add_geom(type=kind, size=_three(size), pos=at, material=material, mass=mass, condim=4, group=SHOWN, **more)
    geom.friction = np.array([friction["slide"], friction["spin"], friction["roll"]])
    return geom


def shown(body: mujoco.MjsBody, kind: Any, size: Any, at: Any, material: str, **more: Any) -> mujoco.MjsGeom:
    """Something that is only seen."""
    return body.add_geom(
        type=kind, size=_three(size), pos=at, material=material, mass=0.0, contype=0, conaffinity=0, group=SHOWN, **more
    )


def weight(body: mujoco.MjsBody, mass: float) -> mujoco.MjsGeom:
    """Something that is neither seen nor touched, and weighs."""
    return body.add_geom(type=GEOM.mjGEOM_SPHERE, size=(0.006, 0, 0), mass=mass, contype=0, conaffinity=0, group=HIDDEN)


def hinge(body: mujoco.MjsBody, name: str, axis: Any, **more: Any) -> mujoco.MjsJoint:
    """A joint that turns."""
    return body.add_joint(name=name, type=JOINT.mjJNT_HINGE, axis=axis, **more)


def slide(body: mujoco.MjsBody, name: str, axis: Any, **more: Any) -> mujoco.MjsJoint:
    """A joint that slides."""
    return body.add_joint(name=name, type=JOINT.mjJNT_SLIDE, axis=axis, **more)


def limit(joint: mujoco.MjsJoint, low: float, high: float) -> None:
    """Let a joint move between two positions [m; rad]."""
    joint.limited, joint.range = mujoco.mjtLimited.mjLIMITED_TRUE, np.array([low, high])


def _three(size: Any) -> Any:
    values = [float(value) for value in size]
    return np.array([*values, *[0.0] * (3 - len(values))])
