"""The cell as an MJCF file for other programs, such as mujoco_ros2_control: joints are commanded by position."""

from pathlib import Path

import mujoco
import numpy as np

from tandem.cell import description, names
from tandem.sim.busybox import exported
from tandem.sim.model import kinds, specification
from tandem.sim.scenes import SceneSpec, scene_for


def spec_of(scene: SceneSpec) -> mujoco.MjSpec:
    """The cell with a scene in it: drives are servos for positions, and the robots bear their own weight."""
    spec = specification(kinds(scene.objects))
    servo = description.settings("sim.yaml")["position_servo"]
    for side in names.SIDES:
        gains = zip(names.ARM_JOINTS[side], servo["stiffness"], servo["damping"], strict=True)
        for joint, stiffness, damping in gains:
            _make_servo(spec.actuator(joint), float(stiffness), float(damping))
        gripper = description.settings("sim.yaml")["gripper"]
        _make_servo(spec.actuator(names.GRIPPER_JOINT[side]), float(gripper["stiffness"]), float(gripper["damping"]))
        spec.delete(spec.actuator(f"{side}_gripper_mimic_joint"))  # the joint follows by its equality
    for body in spec.bodies:
        body.gravcomp = 1.0 if body.name.startswith(names.SIDES) else 0.0
    for item in scene.objects:
        body = spec.body(item.name)
        x, y, z, w = item.pose.quaternion
        body.pos, body.quat = np.array(item.pose.position), np.array([w, x, y, z])
        if item.setup is not None:
            exported.put(spec, item.setup)
    return spec


def written(folder: Path | None = None, scene: str = "tabletop", seed: int = 0) -> Path:
    """Write the cell with a scene of that name to a file, and say which.

    Raises:
        ValueError: there is no such scene.
        OSError: it can't be written.
    """
    folder = folder or Path.home() / ".cache" / "tandem" / "mjcf"
    folder.mkdir(parents=True, exist_ok=True)
    spec = spec_of(scene_for(scene, seed))
    exported.write_pictures(spec, folder)
    spec.compile()
    file = folder / f"{scene}-{seed}.xml"
    file.write_text(spec.to_xml(), encoding="utf-8")
    return file


def _make_servo(drive: mujoco.MjsActuator, stiffness: float, damping: float) -> None:
    drive.gainprm[0] = stiffness
    drive.biasprm[:3] = (0.0, -stiffness, -damping)
