"""What drives the arms: which controllers run on which hardware, and what is brought up for them. The launch files read it."""

from dataclasses import dataclass
from typing import Any, Literal

from tandem.cell import description, paths
from tandem.cell.names import SIDES, Side

Name = Literal["sim", "mock", "gazebo", "mujoco", "ur", "none"]

HARDWARE: tuple[Name, ...] = ("sim", "mock", "gazebo", "mujoco", "ur", "none")
"""Tandem's own simulation; ros2_control's mock components; Gazebo; mujoco_ros2_control; Universal Robots; what runs already."""


@dataclass(frozen=True)
class Hardware:
    """One kind of hardware.

    Attributes:
        name: of `HARDWARE`.
        manager: package and executable of the controller manager's process; None where another process is it.
        controllers: that are spawned, in this order.
        parameter_files: of config/ where their parameters stand.
        simulated_time: whether the cell's time is ``/clock``.
        cameras: whether there are any.
        remappings: of the broadcasters, so that their topics have the cell's names.
    """

    name: Name
    manager: tuple[str, str] | None = None
    controllers: tuple[str, ...] = ()
    parameter_files: tuple[str, ...] = ()
    simulated_time: bool = False
    cameras: bool = True
    remappings: tuple[tuple[str, str], ...] = ()

    @property
    def ros2_control(self) -> bool:
        """Whether controllers are those of ros2_control, with a robot description that tells them so."""
        return bool(self.controllers)

    def files(self) -> list[str]:
        """Where the controllers' parameters stand, as full paths."""
        return [str(paths.config(file)) for file in self.parameter_files]


def hardware(name: str) -> Hardware:
    """What is known of a kind of hardware.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in _KNOWN:
        raise ValueError(f"hardware '{name}' is not known; use {', '.join(HARDWARE)}")
    return _KNOWN[name]


def ur_dashboards(file: str = "hardware/ur.yaml") -> dict[Side, dict[str, Any]]:
    """Parameters of each arm's dashboard client, by which its power and its brakes are switched from this computer."""
    arms = description.settings(file)["arms"]
    return {side: {"robot_ip": arms[side]["robot_ip"]} for side in SIDES}


_ARMS = tuple(f"{side}_arm_controller" for side in SIDES)
_GRIPPERS = tuple(f"{side}_gripper_controller" for side in SIDES)
_WRISTS = tuple(f"{side}_force_torque_sensor_broadcaster" for side in SIDES)
_ALL = ("joint_state_broadcaster", *_WRISTS, *_GRIPPERS, *_ARMS)
_WRENCHES = tuple((f"{wrist}/wrench", f"{side}_wrench") for side, wrist in zip(SIDES, _WRISTS, strict=True))
_COMMON, _OF_ARMS, _OF_UR = (f"controllers/{name}.yaml" for name in ("common", "arms", "ur_arms"))
_MANAGER = ("controller_manager", "ros2_control_node")

_KNOWN = {
    entry.name: entry
    for entry in (
        Hardware("sim", simulated_time=True),
        Hardware("none"),
        Hardware("mock", _MANAGER, _ALL, (_COMMON, _OF_ARMS), cameras=False, remappings=_WRENCHES),
        Hardware("ur", _MANAGER, _ALL, (_COMMON, _OF_UR), remappings=_WRENCHES),
        Hardware(
            "mujoco",
            ("mujoco_ros2_control", "ros2_control_node"),
            _ALL,
            (_COMMON, _OF_ARMS),
            simulated_time=True,
            cameras=False,
            remappings=_WRENCHES,
        ),
        Hardware("gazebo", None, ("joint_state_broadcaster", *_GRIPPERS, *_ARMS), (_COMMON, _OF_ARMS), simulated_time=True),
    )
}
