"""The robots' part of the MuJoCo model, from the URDF: bodies, materials, drives, cameras, wrist sensors."""

import xml.etree.ElementTree as ElementTree
from functools import cache
from typing import Any

import mujoco
import numpy as np

from tandem.cell import description, names

FINGERS = ("a", "b")
LOOKS_GROUP = 3
"""Group of the geoms that are there for looks alone; MuJoCo hides it unless asked."""
_LOOKS_ALONG_MINUS_Z = (0.0, 1.0, 0.0, 0.0)
"""Turns an optical frame (z forward, y down) into MuJoCo's camera frame (-z forward, y up), w x y z."""


def robot_spec() -> mujoco.MjSpec:
    """A new specification of table, arms, grippers, and all that is fixed to them."""
    spec = mujoco.MjSpec.from_string(description.urdf())
    spec.compiler.fusestatic = False
    spec.compiler.discardvisual = False
    _paint(spec)
    for side in names.SIDES:
        _drive_arm(spec, side)
        _drive_gripper(spec, side)
        _add_wrist_sensor(spec, side)
    for camera in names.CAMERAS:
        _add_camera(spec, camera)
    return spec


def finger_links(side: str) -> tuple[str, str]:
    """Bodies of a gripper's two fingers."""
    return f"{side}_finger_a_link", f"{side}_finger_b_link"


def _paint(spec: mujoco.MjSpec) -> None:
    root = ElementTree.fromstring(description.urdf())
    settings = description.settings("sim.yaml")
    for material in root.findall("material"):
        shine = settings["materials"].get(material.attrib["name"], {})
        rgba = [float(value) for value in material.find("color").attrib["rgba"].split()]  # type: ignore[union-attr]
        spec.add_material(name=material.attrib["name"], rgba=rgba, **shine)
    spec.add_material(name="cap", rgba=(0.30, 0.55, 0.72, 1.0), specular=0.4, shininess=0.5)
    friction = _friction(description.settings("props.yaml")["friction"])
    pad_friction = _friction(settings["pad_friction"])
    for visual in root.iter("visual"):
        geom = spec.geom(visual.attrib["name"])
        geom.material = visual.find("material").attrib["name"]  # type: ignore[union-attr]
        geom.condim = 4
        geom.friction = pad_friction if geom.material in ("pad", "finger") else friction
        if geom.material == "arm_joint" and geom.type == mujoco.mjtGeom.mjGEOM_CYLINDER:
            _add_caps(geom)


def _add_caps(housing: mujoco.MjsGeom) -> None:
    """Coloured lids on the two ends of a joint's housing, for looks alone."""
    radius, half_length = float(housing.size[0]), float(housing.size[1])
    turn = np.zeros(9)
    mujoco.mju_quat2Mat(turn, np.array(housing.quat))
    axis = turn.reshape(3, 3)[:, 2]
    for end in (1.0, -1.0):
        lid = housing.parent.add_geom(type=housing.type, material="cap", group=LOOKS_GROUP, contype=0, conaffinity=0, mass=0)
        lid.size, lid.quat = np.array([0.72 * radius, 0.001, 0.0]), housing.quat
        lid.pos = np.array(housing.pos) + end * half_length * axis


def _friction(values: dict[str, Any]) -> list[float]:
    return [float(values["slide"]), float(values["spin"]), float(values["roll"])]


def _drive_arm(spec: mujoco.MjSpec, side: str) -> None:
    """One drive a joint: force = control - damping x velocity, within the joint's effort limit; `Servo` adds the springs."""
    arm = description.settings("sim.yaml")["arm"]
    efforts = _joint_efforts()
    for index, name in enumerate(names.ARM_JOINTS[side]):  # type: ignore[index]
        spec.joint(name).armature = float(arm["armature"][index])
        _add_drive(spec, name, 0.0, float(arm["damping"][index]), efforts[name])


def _drive_gripper(spec: mujoco.MjSpec, side: str) -> None:
    """One drive a finger: force = control - stiffness x position - damping x velocity, within what it may press."""
    gripper = description.settings("sim.yaml")["gripper"]
    for name in (f"{side}_gripper_joint", f"{side}_gripper_mimic_joint"):
        spec.joint(name).armature = float(gripper["armature"])
        _add_drive(spec, name, float(gripper["stiffness"]), float(gripper["damping"]), float(gripper["max_effort"]))
    for equality in spec.equalities:
        equality.solref = np.array([0.006, 1.0])


def _add_drive(spec: mujoco.MjSpec, joint: str, stiffness: float, damping: float, effort: float) -> None:
    drive = spec.add_actuator(name=joint, target=joint, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    drive.gaintype, drive.biastype = mujoco.mjtGain.mjGAIN_FIXED, mujoco.mjtBias.mjBIAS_AFFINE
    drive.gainprm[0] = 1.0
    drive.biasprm[:3] = (0.0, -stiffness, -damping)
    drive.forcelimited = True
    drive.forcerange = np.array([-effort, effort])


@cache
def _joint_efforts() -> dict[str, float]:
    root = ElementTree.fromstring(description.urdf())
    limits = {joint.attrib["name"]: joint.find("limit") for joint in root.iter("joint") if joint.find("limit") is not None}
    return {name: float(limit.attrib["effort"]) for name, limit in limits.items() if limit is not None}


def _add_wrist_sensor(spec: mujoco.MjSpec, side: str) -> None:
    """Between flange and gripper, expressed at the tcp: MuJoCo measures between the body of the site and its parent."""
    base, tcp = spec.body(f"{side}_gripper_base_link"), spec.body(names.TCP_FRAME[side])  # type: ignore[index]
    site = base.add_site(name=f"{side}_wrist", pos=tcp.pos, quat=tcp.quat, group=5)
    for kind, sensor in (("force", mujoco.mjtSensor.mjSENS_FORCE), ("torque", mujoco.mjtSensor.mjSENS_TORQUE)):
        spec.add_sensor(name=f"{side}_{kind}", type=sensor, objtype=mujoco.mjtObj.mjOBJ_SITE, objname=site.name)


def _add_camera(spec: mujoco.MjSpec, camera: str) -> None:
    settings = description.settings("cameras.yaml")[camera]
    body = spec.body(names.optical_frame(camera))
    resolution = [int(settings["width"]), int(settings["height"])]
    body.add_camera(name=camera, quat=_LOOKS_ALONG_MINUS_Z, fovy=float(settings["fovy"]), resolution=resolution)
