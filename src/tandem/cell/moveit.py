"""The parameters of MoveIt's nodes, from urdf/ and config/moveit/: what moveit_configs_utils' builder makes of the same files."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from tandem.cell import description

PIPELINES = ("ompl", "pilz_industrial_motion_planner")

_PUBLISHED = ("planning_scene", "geometry_updates", "state_updates", "transforms_updates")

Parameters = dict[str, Any]


def parameters(**mappings: str) -> Parameters:
    """What every MoveIt node needs: the robot, its groups, limits, kinematics and planning pipelines.

    Args:
        mappings: xacro arguments of the robot description.
    """
    return {
        "robot_description": description.urdf(**mappings),
        "robot_description_semantic": description.srdf(),
        "robot_description_kinematics": _file("kinematics"),
        "robot_description_planning": _file("joint_limits") | _file("pilz_cartesian_limits"),
        **{pipeline: _file(f"{pipeline}_planning") for pipeline in PIPELINES},
        **_file("moveit_controllers"),
    }


def move_group(**mappings: str) -> Parameters:
    """The parameters of ``move_group``: as `parameters`, with all pipelines offered and its scene published."""
    return parameters(**mappings) | {
        "planning_pipelines": list(PIPELINES),
        "default_planning_pipeline": PIPELINES[0],
        "capabilities": " ".join(f"pilz_industrial_motion_planner/MoveGroupSequence{kind}" for kind in ("Action", "Service")),
        "publish_robot_description_semantic": True,
        **{f"publish_{what}": True for what in _PUBLISHED},
    }


def moveit_py(**mappings: str) -> Parameters:
    """The parameters of moveit_py. Its paths come as they were found, without short cuts and times: Tandem makes both.

    Short cuts where margins are kept, times by jerk and the tools' speed as well.
    """
    made = parameters(**mappings) | _file("moveit_cpp")
    adapters = [name for name in made["ompl"]["response_adapters"] if "TimeOptimalParameterization" not in name]
    made["ompl"]["response_adapters"] = adapters
    for planner in made["ompl"]["planner_configs"].values():
        planner["simplify_solutions"] = 0  # not false: the plugin reads no words
    return made


def parameter_file(folder: Path, node: str, namespace: str, told: Parameters) -> Path:
    """A ROS parameter file in ``folder`` for one node, under its full name."""
    file = folder / f"{node}.yaml"
    name = f"/{namespace.strip('/')}/{node}".replace("//", "/")
    file.write_text(yaml.safe_dump({name: {"ros__parameters": told}}, sort_keys=False), encoding="utf-8")
    return file


def _file(name: str) -> Parameters:
    return deepcopy(description.settings(f"moveit/{name}.yaml"))
