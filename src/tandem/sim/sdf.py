"""A scene as an SDF world for Gazebo Harmonic: light, and what stands on the table. The robots come from the URDF."""

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tandem.cell import description, props
from tandem.cell.pose import Pose
from tandem.cell.props import Primitive
from tandem.sim.busybox.sdf import box_model
from tandem.sim.scenes import ObjectSpec, SceneSpec, scene_for

Array = NDArray[np.float64]

VERSION = "1.10"
_SYSTEMS = {
    "gz-sim-physics-system": "gz::sim::systems::Physics",
    "gz-sim-user-commands-system": "gz::sim::systems::UserCommands",
    "gz-sim-scene-broadcaster-system": "gz::sim::systems::SceneBroadcaster",
    "gz-sim-sensors-system": "gz::sim::systems::Sensors",
    "gz-sim-forcetorque-system": "gz::sim::systems::ForceTorque",
    "gz-sim-contact-system": "gz::sim::systems::Contact",
}


def world(scene: SceneSpec) -> str:
    """The world as XML text."""
    root = Element("sdf", version=VERSION)
    made = SubElement(root, "world", name="cell")
    physics = SubElement(made, "physics", name="fast", type="ignored")
    _tell(physics, max_step_size=0.002, real_time_factor=1.0)
    for file, name in _SYSTEMS.items():
        plugin = SubElement(made, "plugin", filename=file, name=name)
        if name.endswith("Sensors"):
            _tell(plugin, render_engine="ogre2")
    _add_light(made)
    for item in scene.objects:
        made.append(model(item))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def written(folder: Path, scene: str = "tabletop", seed: int = 0) -> Path:
    """Write the world with the scene of that name, and say where.

    Raises:
        KeyError: no scene has that name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{scene}-{seed}.sdf"
    file.write_text(world(scene_for(scene, seed)), encoding="utf-8")
    return file


def model(item: ObjectSpec) -> Element:
    """One thing: the boxes that it is made of, or its ellipsoid; its mass is spread evenly. A BusyBox has moving parts."""
    if item.setup is not None:
        made = box_model((item.name, item.category, item.colour, item.size), item.setup)
        _tell(made, pose=_pose(item.pose))
        return made
    settings = description.settings("props.yaml")
    made = Element("model", name=item.name)
    _tell(made, pose=_pose(item.pose))
    link = SubElement(made, "link", name="body")
    boxes = props.primitives(item.category, item.size)
    _add_inertia(link, float(settings[item.category]["mass"]), boxes)
    colour = " ".join(f"{value:g}" for value in (*settings["colours"][item.colour], 1.0))
    for index, (pose, size) in enumerate(boxes):
        for kind in ("collision", "visual"):
            part = SubElement(link, kind, name=f"{kind}_{index}")
            _tell(part, pose=_pose(pose))
            geometry = SubElement(part, "geometry")
            if props.is_round(item.category):
                _tell(SubElement(geometry, "ellipsoid"), radii=_row(np.array(size) / 2))
            else:
                _tell(SubElement(geometry, "box"), size=_row(np.array(size)))
            if kind == "visual":
                _tell(SubElement(part, "material"), ambient=colour, diffuse=colour, specular="0.2 0.2 0.2 1")
            else:
                slide = float(settings["friction"]["slide"])
                _tell(SubElement(SubElement(SubElement(part, "surface"), "friction"), "ode"), mu=slide, mu2=slide)
    return made


def _add_inertia(link: Element, mass: float, boxes: tuple[Primitive, ...]) -> None:
    """Of boxes of one density, about their common centre of mass, by the parallel axis theorem."""
    volumes = np.array([float(np.prod(size)) for _, size in boxes])
    masses = mass * volumes / volumes.sum()
    centres = np.array([pose.position for pose, _ in boxes])
    middle = masses @ centres / mass
    total = np.zeros((3, 3))
    for own, centre, (pose, size) in zip(masses, centres, boxes, strict=True):
        square = np.square(np.array(size))
        turn, away = pose.rotation, centre - middle
        total += turn @ np.diag(own / 12 * (square.sum() - square)) @ turn.T
        total += own * (away @ away * np.eye(3) - np.outer(away, away))
    inertial = SubElement(link, "inertial")
    _tell(inertial, mass=mass, pose=_row(np.concatenate([middle, np.zeros(3)])))
    entries = {"ixx": (0, 0), "ixy": (0, 1), "ixz": (0, 2), "iyy": (1, 1), "iyz": (1, 2), "izz": (2, 2)}
    _tell(SubElement(inertial, "inertia"), **{name: total[at] for name, at in entries.items()})


def _add_light(world: Element) -> None:
    sun = SubElement(world, "light", name="sun", type="directional")
    _tell(
        sun, cast_shadows="true", pose="0 0 5 0 0 0", diffuse="0.8 0.8 0.8 1", specular="0.2 0.2 0.2 1", direction="-0.3 0.4 -1"
    )
    _tell(SubElement(world, "scene"), ambient="0.6 0.6 0.6 1", background="0.8 0.85 0.9 1")


def _pose(pose: Pose) -> str:
    angles = Rotation.from_quat(pose.quaternion).as_euler("xyz")
    return _row(np.concatenate([pose.position, angles]))


def _row(values: Array) -> str:
    return " ".join(f"{value:.9g}" for value in values)


def _tell(parent: Element, **entries: float | str) -> None:
    for name, value in entries.items():
        SubElement(parent, name).text = value if isinstance(value, str) else f"{value:.9g}"
