"""The whole cell as a MuJoCo model: the robots, the room, and a scene's objects."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import mujoco
import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names, props
from tandem.cell.busybox.parts import BOX, BOX_CATEGORY
from tandem.cell.marks import MarkedPlace, marked_places
from tandem.sim.busybox.body import add_box
from tandem.sim.busybox.track import BoxReader
from tandem.sim.egg import SOFT, add_egg
from tandem.sim.robot_body import LOOKS_GROUP, robot_spec
from tandem.sim.scenes import ObjectKind, ObjectSpec

OBSERVER = "observer"
LAMP = "lamp"
TABLE = "table_top"
"""Material of the table, and the texture that a pattern on it is drawn with."""
_FLOOR = -0.75
_RING = 0.006
"""Breadth of the ring around a marked place [m]."""

_CONTACT_STIFFNESS = (0.004, 1.0)
_CONTACT_IMPEDANCE = (0.95, 0.99, 0.001)


def kinds(objects: tuple[ObjectSpec, ...]) -> tuple[ObjectKind, ...]:
    """What of the objects shapes the model."""
    return tuple((item.name, item.category, item.colour, item.size) for item in objects)


@dataclass(frozen=True)
class CellModel:
    """A compiled model and where things are in it.

    Attributes:
        model: the MuJoCo model.
        objects: names of the scene's objects; each is a free body of that name.
    """

    model: mujoco.MjModel
    objects: tuple[str, ...]

    @cached_property
    def qpos(self) -> NDArray[np.intp]:
        """Addresses of the 14 joints in qpos."""
        return np.array([self.model.joint(name).qposadr[0] for name in names.JOINTS])

    @cached_property
    def dofs(self) -> NDArray[np.intp]:
        """Addresses of the 14 joints in qvel."""
        return np.array([self.model.joint(name).dofadr[0] for name in names.JOINTS])

    @cached_property
    def drives(self) -> NDArray[np.intp]:
        """Drives of the 14 joints."""
        return np.array([self.model.actuator(name).id for name in names.JOINTS])

    def mimic(self, side: str) -> tuple[int, int, int]:
        """Addresses of the second finger: qpos, qvel, drive."""
        joint = self.model.joint(f"{side}_gripper_mimic_joint")
        return int(joint.qposadr[0]), int(joint.dofadr[0]), int(self.model.actuator(joint.name).id)

    @cached_property
    def box(self) -> BoxReader | None:
        """Reads the parts of the BusyBox out of qpos; None where there is no box."""
        return BoxReader(self.model) if BOX in self.objects else None

    def object_qpos(self, name: str) -> slice:
        """Position and quaternion (w x y z) of an object in qpos."""
        start = int(self.model.joint(name).qposadr[0])
        return slice(start, start + 7)


def build(objects: tuple[ObjectKind, ...]) -> CellModel:
    """Compile the cell with these objects in it."""
    return CellModel(specification(objects).compile(), tuple(kind[0] for kind in objects))


def specification(objects: tuple[ObjectKind, ...]) -> mujoco.MjSpec:
    """A new specification of the cell with these objects in it."""
    spec = robot_spec()
    _set_options(spec)
    _add_room(spec)
    for kind in objects:
        _adder(kind[1])(spec, kind)
    for geom in (geom for geom in spec.geoms if geom.priority < SOFT):
        # Stiff: softer contacts let a held object creep through the fingers' friction whenever the arm accelerates.
        geom.solref[:2], geom.solimp[:3] = _CONTACT_STIFFNESS, _CONTACT_IMPEDANCE
    return spec


def _adder(category: str) -> Callable[[mujoco.MjSpec, ObjectKind], None]:
    if category == BOX_CATEGORY:
        return add_box
    return add_egg if props.is_round(category) else _add_object


def _set_options(spec: mujoco.MjSpec) -> None:
    option = spec.option
    option.timestep = float(description.settings("sim.yaml")["timestep"])
    option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    option.impratio = 100.0  # with less, what a hand holds by one end turns slowly out of it
    spec.stat.extent, spec.stat.center = 1.0, np.array([0.4, 0.0, 0.2])
    visual = spec.visual
    visual.map.znear, visual.map.zfar = 0.02, 12.0
    visual.global_.offwidth, visual.global_.offheight = 1280, 960
    visual.headlight.ambient = np.full(3, 0.31)
    visual.headlight.diffuse = np.full(3, 0.10)
    visual.headlight.specular = np.full(3, 0.0)
    visual.quality.shadowsize = 2048
    visual.map.shadowclip = 1.3


def _add_room(spec: mujoco.MjSpec) -> None:
    world = spec.worldbody
    texture, kind = mujoco.mjtTexture, mujoco.mjtBuiltin
    sky = {"width": 256, "height": 1536, "rgb1": (0.86, 0.89, 0.92), "rgb2": (0.52, 0.58, 0.65)}
    spec.add_texture(name="sky", type=texture.mjTEXTURE_SKYBOX, builtin=kind.mjBUILTIN_GRADIENT, **sky)
    tiles = {"width": 256, "height": 256, "rgb1": (0.56, 0.58, 0.61), "rgb2": (0.53, 0.55, 0.58)}
    spec.add_texture(name="tiles", type=texture.mjTEXTURE_2D, builtin=kind.mjBUILTIN_CHECKER, **tiles)
    floor = spec.add_material(name="floor", texrepeat=(8, 8), reflectance=0.05, specular=0.1)
    floor.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = "tiles"
    white = {"width": 128, "height": 128, "rgb1": (1.0, 1.0, 1.0), "rgb2": (1.0, 1.0, 1.0)}
    spec.add_texture(name=TABLE, type=texture.mjTEXTURE_2D, builtin=kind.mjBUILTIN_FLAT, **white)
    spec.material(TABLE).textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = TABLE
    look = {"contype": 0, "conaffinity": 0, "group": LOOKS_GROUP}
    plane = mujoco.mjtGeom.mjGEOM_PLANE
    world.add_geom(name="floor", type=plane, size=(8, 8, 0.1), pos=(0, 0, _FLOOR), material="floor", **look)
    for x in (-0.14, 0.94):
        for y in (-0.79, 0.79):
            half = (0.025, 0.025, (-_FLOOR - 0.04) / 2)
            world.add_geom(
                type=mujoco.mjtGeom.mjGEOM_BOX, size=half, pos=(x, y, -0.04 - half[2]), material="gripper_body", **look
            )
    for index, place in enumerate(marked_places()):
        _add_ring(world, f"marked_place_{index}", place)
    _add_lights(world)
    eye = (1.66, 0.58, 0.96)
    world.add_camera(name=OBSERVER, pos=eye, xyaxes=_look_at(eye, (0.27, 0.0, 0.19)), fovy=37.0)


def _add_ring(world: mujoco.MjsBody, name: str, place: MarkedPlace) -> None:
    """A ring of paint: a disc, and a smaller one on it in the colour of the table. Cameras see it; nothing touches it."""
    discs = ((place.radius, 0.0003, "gripper_body"), (place.radius - _RING, 0.0006, "table_top"))
    for radius, top, material in discs:
        disc = world.add_geom(name=f"{name}_{material}", type=mujoco.mjtGeom.mjGEOM_CYLINDER, material=material)
        disc.size, disc.pos = np.array([radius, top / 2, 0.0]), np.array([*place.position, top / 2])
        disc.contype, disc.conaffinity, disc.mass = 0, 0, 0.0


def _add_lights(world: mujoco.MjsBody) -> None:
    """A lamp above the table, another from the side that brightens its shadows, and light from all around."""
    spot = mujoco.mjtLightType.mjLIGHT_SPOT
    lamps = {LAMP: ((0.45, 0.0, 2.6), (0.36, 0.355, 0.34)), "side_lamp": ((1.5, 1.3, 2.3), (0.24, 0.24, 0.25))}
    for name, (place, diffuse) in lamps.items():
        towards = np.subtract((0.4, 0.0, 0.0), place)
        lamp = world.add_light(name=name, type=spot, pos=place, dir=towards, diffuse=diffuse)
        lamp.castshadow, lamp.cutoff, lamp.exponent = name == LAMP, 55.0, 1.0
        lamp.specular, lamp.attenuation = np.full(3, 0.25), np.array([1.0, 0.0, 0.0])
    fill = world.add_light(name="fill", type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL, dir=(-0.5, 0.8, -1.3))
    fill.castshadow, fill.diffuse, fill.specular = False, np.array([0.13, 0.13, 0.14]), np.zeros(3)


def _look_at(eye: tuple[float, float, float], target: tuple[float, float, float]) -> list[float]:
    """Right and up axis of a camera."""
    forward = np.subtract(target, eye) / np.linalg.norm(np.subtract(target, eye))
    right = np.cross(forward, (0, 0, 1))
    right /= np.linalg.norm(right)
    return [*right, *np.cross(right, forward)]


def _add_object(spec: mujoco.MjSpec, kind: ObjectKind) -> None:
    name, category, colour, size = kind
    settings = description.settings("props.yaml")
    boxes = props.primitives(category, size)
    volume = sum(float(np.prod(extents)) for _, extents in boxes)
    density = float(settings[category]["mass"]) / volume
    friction = settings["friction"]
    rgba = (*settings["colours"][colour], 1.0)
    spec.add_material(name=name, rgba=rgba, specular=0.25, shininess=0.35)
    body = spec.worldbody.add_body(name=name)
    body.add_freejoint(name=name)
    for index, (pose, extents) in enumerate(boxes):
        x, y, z, w = pose.quaternion
        geom = body.add_geom(name=f"{name}_{index}", type=mujoco.mjtGeom.mjGEOM_BOX, size=np.array(extents) / 2)
        geom.pos, geom.quat = np.array(pose.position), np.array([w, x, y, z])
        geom.material, geom.density, geom.condim = name, density, 4
        geom.friction = np.array([friction["slide"], friction["spin"], friction["roll"]])
