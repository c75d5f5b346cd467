"""A box in a specification for other programs, which run none of our code: the model itself holds what jacks hold."""

from pathlib import Path

import cv2
import mujoco
import numpy as np

from tandem.cell.busybox.layout import MODULES
from tandem.cell.busybox.parts import BOX
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS
from tandem.cell.pose import Pose
from tandem.sim.busybox.building import settings
from tandem.sim.busybox.jacks import HELD_DAMPING, PLAY, PLUGS, TILT
from tandem.sim.busybox.setup import BoxSetup
from tandem.sim.busybox.wires import plug_name


def put(spec: mujoco.MjSpec, setup: BoxSetup) -> None:
    """Modules stand in their cells, and plugs that are in stay in until they are pulled as hard as their jacks hold them.

    There are no detents then, switches have no stable states, and plugs don't find into jacks again.
    """
    underside = Pose((0.0, 0.0, -settings()["frame"][2] / 2))
    for module in MODULES:
        pose, body = underside @ setup.layout[module].pose, spec.body(f"{BOX}/{module}")
        x, y, z, w = pose.quaternion
        body.pos, body.quat = np.array(pose.position), np.array([w, x, y, z])
    for (colour, row), force in zip(PLUGS, setup.pull_out, strict=True):
        if setup.state.wires[WIRE_COLOURS.index(colour)][ROW_NAMES.index(row)]:
            _hold(spec, plug_name(colour, row), force)


def write_pictures(spec: mujoco.MjSpec, folder: Path) -> None:
    """Pictures of the model as files in a folder, since its text has no place for them.

    Raises:
        OSError: one can't be written.
    """
    for texture in list(spec.textures):
        if len(texture.data):
            file = folder / f"{texture.name.replace('/', '_')}.png"
            picture = np.frombuffer(bytes(texture.data), np.uint8).reshape(texture.height, texture.width, texture.nchannel)
            if not cv2.imwrite(str(file), picture[..., ::-1]):
                raise OSError(f"{file} can't be written")
            texture.data, texture.file = b"", str(file)


def _hold(spec: mujoco.MjSpec, name: str, force: float) -> None:
    for index, (axis, most) in enumerate({"x": PLAY, "y": PLAY, "rx": TILT, "ry": TILT}.items()):
        joint = spec.joint(f"{name}:{axis}")
        joint.range = np.array([-most, most])
        joint.damping[0] = HELD_DAMPING[index if index < 2 else index + 1]
    spec.joint(f"{name}:z").frictionloss = force
    pin = spec.geom(f"{name}/pin")
    pin.contype = pin.conaffinity = 0
