"""The box as an SDF model for Gazebo, out of the same bodies as MuJoCo's.

Buttons, sliders, the knob and switches move; detents are dry friction there, faces are plain, and plugs stay where they are.
"""

from xml.etree.ElementTree import Element, SubElement

import mujoco
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tandem.cell.busybox.parts import PARTS
from tandem.cell.pose import Pose
from tandem.sim.busybox.body import add_box
from tandem.sim.busybox.building import GEOM, HIDDEN, settings
from tandem.sim.busybox.placing import put_modules, put_parts
from tandem.sim.busybox.setup import BoxSetup
from tandem.sim.scenes import ObjectKind

Array = NDArray[np.float64]

_SHAPES = {
    GEOM.mjGEOM_BOX: lambda size: {"box": {"size": _row(2 * size)}},
    GEOM.mjGEOM_SPHERE: lambda size: {"sphere": {"radius": f"{size[0]:.6g}"}},
    GEOM.mjGEOM_CYLINDER: lambda size: {"cylinder": {"radius": f"{size[0]:.6g}", "length": f"{2 * size[1]:.6g}"}},
    GEOM.mjGEOM_CAPSULE: lambda size: {"capsule": {"radius": f"{size[0]:.6g}", "length": f"{2 * size[1]:.6g}"}},
}


def box_model(kind: ObjectKind, setup: BoxSetup) -> Element:
    """The model, without its pose in the world; links are the box, ``body``, and its moving parts by their names."""
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    add_box(spec, kind)
    model = spec.compile()
    data = mujoco.MjData(model)
    put_modules(model, data, setup)
    mujoco.mj_resetData(model, data)
    put_parts(model, data, setup)
    data.qpos[:7] = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
    mujoco.mj_kinematics(model, data)
    made = Element("model", name=kind[0])
    moving = {model.body(part.name).id: part.name for part in PARTS if part.module != "wires"}
    root = [index for index in range(1, model.nbody) if index not in moving]
    _add_link(made, "body", Pose((0.0, 0.0, 0.0)), root, model, data)
    for index, name in moving.items():
        _add_link(made, name.replace("/", "_"), _pose_of(data.xpos[index], data.xquat[index]), [index], model, data)
        _add_joint(made, name, model, data)
    return made


def _add_link(made: Element, name: str, frame: Pose, bodies: list[int], model: mujoco.MjModel, data: mujoco.MjData) -> None:
    link = SubElement(made, "link", name=name)
    _tell(link, pose=_place(frame))
    _add_inertia(link, frame, bodies, model, data)
    for index in (geom for geom in range(model.ngeom) if model.geom_bodyid[geom] in bodies and model.geom_group[geom] != HIDDEN):
        here = frame.inverse @ _geom_pose(index, model, data)
        shape = _SHAPES[GEOM(int(model.geom_type[index]))](model.geom_size[index])
        touched = model.geom_contype[index] or model.geom_conaffinity[index]
        for part in ("visual", "collision") if touched else ("visual",):
            element = SubElement(link, part, name=f"{part}_{index}")
            _tell(element, pose=_place(here))
            _tell(SubElement(element, "geometry"), **shape)
            if part == "visual":
                colour = _row(_colour(model, index))
                _tell(element, material={"ambient": colour, "diffuse": colour, "specular": "0.2 0.2 0.2 1"})
            else:
                slide = f"{model.geom_friction[index, 0]:.6g}"
                _tell(element, surface={"friction": {"ode": {"mu": slide, "mu2": slide}}})


def _add_joint(made: Element, name: str, model: mujoco.MjModel, data: mujoco.MjData) -> None:
    """Where the part is now counts as 0 there."""
    joint = model.joint(name)
    module = name.split("/")[1]
    slides = int(joint.type[0]) == mujoco.mjtJoint.mjJNT_SLIDE
    element = SubElement(made, "joint", name=name.replace("/", "_") + "_joint", type="prismatic" if slides else "revolute")
    _tell(element, parent="body", child=name.replace("/", "_"))
    axis = SubElement(element, "axis")
    now = float(data.qpos[int(joint.qposadr[0])])
    low, high = (np.array(joint.range) - now) if joint.limited[0] else (-1e16, 1e16)
    _tell(axis, xyz=_row(np.array(joint.axis)), limit={"lower": f"{low:.6g}", "upper": f"{high:.6g}"})
    _tell(axis, dynamics={"damping": f"{float(joint.damping[0]):.6g}", **_resistance(module)})


def _resistance(module: str) -> dict[str, str]:
    own = settings()
    match module:
        case "buttons":
            return {"spring_reference": "0", "spring_stiffness": f"{own['buttons']['force'] / own['buttons']['travel']:.6g}"}
        case "sliders":
            return {"friction": f"{own['sliders']['force']:.6g}"}
        case "knob":
            return {"friction": f"{own['knob']['torque']:.6g}"}
    return {"friction": f"{own['switches']['force'] * own['switches']['lever']['length']:.6g}"}


def _add_inertia(link: Element, frame: Pose, bodies: list[int], model: mujoco.MjModel, data: mujoco.MjData) -> None:
    """Of several bodies together, about their common centre of mass, along the link's axes."""
    masses = model.body_mass[bodies]
    inner = [_pose_of(data.xpos[i], data.xquat[i]) @ _pose_of(model.body_ipos[i], model.body_iquat[i]) for i in bodies]
    local = [frame.inverse @ pose for pose in inner]
    centre = sum(mass * np.array(pose.position) for mass, pose in zip(masses, local, strict=True)) / masses.sum()
    total = np.zeros((3, 3))
    for body, mass, pose in zip(bodies, masses, local, strict=True):
        away = np.array(pose.position) - centre
        total += pose.rotation @ np.diag(model.body_inertia[body]) @ pose.rotation.T
        total += mass * (away @ away * np.eye(3) - np.outer(away, away))
    entries = {f"i{'xyz'[a]}{'xyz'[b]}": f"{total[a, b]:.9g}" for a in range(3) for b in range(a, 3)}
    _tell(link, inertial={"mass": f"{masses.sum():.9g}", "pose": _row(np.concatenate([centre, np.zeros(3)])), "inertia": entries})


def _geom_pose(index: int, model: mujoco.MjModel, data: mujoco.MjData) -> Pose:
    body = model.geom_bodyid[index]
    return _pose_of(data.xpos[body], data.xquat[body]) @ _pose_of(model.geom_pos[index], model.geom_quat[index])


def _pose_of(position: Array, quaternion: Array) -> Pose:
    w, x, y, z = (float(value) for value in quaternion)
    px, py, pz = (float(value) for value in position)
    return Pose((px, py, pz), (x, y, z, w))


def _colour(model: mujoco.MjModel, geom: int) -> Array:
    """Of what it is made of; of a face with a print, that of its plate."""
    material = int(model.geom_matid[geom])
    name = model.material(material).name
    return np.array(model.material(f"{name[: -len('face')]}plate" if name.endswith("/face") else material).rgba)


def _place(pose: Pose) -> str:
    return _row(np.concatenate([pose.position, Rotation.from_quat(pose.quaternion).as_euler("xyz")]))


def _row(values: Array) -> str:
    return " ".join(f"{value:.9g}" for value in values)


def _tell(parent: Element, /, **entries: object) -> None:
    """Children by name; a dictionary is a child with children."""
    for name, value in entries.items():
        child = SubElement(parent, name)
        if isinstance(value, dict):
            _tell(child, **value)
        else:
            child.text = str(value)
