"""The files that MoveIt and the embedded planner share name what the cell has."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from tandem.cell import description, moveit, names

GROUPS = {group.attrib["name"] for group in ElementTree.fromstring(description.srdf()).iter("group")}


def test_planning_groups_are_those_of_the_srdf() -> None:
    table = description.settings("moveit/ompl_planning.yaml")
    groups = {name: value for name, value in table.items() if isinstance(value, dict) and name != "planner_configs"}
    assert set(groups) == {"left_arm", "right_arm", "both_arms"}
    assert set(groups) <= GROUPS
    for group in groups.values():
        assert set(group["planner_configs"]) <= set(table["planner_configs"])
        assert group["default_planner_config"] in group["planner_configs"]
        joints = re.fullmatch(r"joints\((.*)\)", group["projection_evaluator"])
        assert joints is not None
        assert set(joints[1].split(",")) <= set(names.JOINTS)


def test_kinematics_solvers_are_for_single_arms() -> None:
    assert set(description.settings("moveit/kinematics.yaml")) == {"left_arm", "right_arm"}
    assert set(description.settings("moveit/kinematics.yaml")) <= GROUPS


def test_the_nodes_of_moveit_get_what_the_files_say() -> None:
    for made in (moveit.move_group(hardware="mock"), moveit.moveit_py()):
        assert set(made["robot_description_planning"]["joint_limits"]) == set(names.JOINTS)
        assert "cartesian_limits" in made["robot_description_planning"]
        assert "<group" in made["robot_description_semantic"]
        pipelines = made["planning_pipelines"]
        for pipeline in pipelines if isinstance(pipelines, list) else pipelines["pipeline_names"]:
            assert made[pipeline]["planning_plugins"]
    assert "<ros2_control" in moveit.move_group(hardware="mock")["robot_description"]


def test_only_moveit_py_leaves_the_timing_to_tandem() -> None:
    timing = "default_planning_response_adapters/AddTimeOptimalParameterization"
    assert timing in moveit.move_group()["ompl"]["response_adapters"]
    assert timing not in moveit.moveit_py()["ompl"]["response_adapters"]
    assert timing in moveit.move_group()["ompl"]["response_adapters"], "the file is as it was"


def test_only_moveit_py_leaves_short_cuts_to_tandem() -> None:
    """By a number: the plugin takes the parameter's words through ``boost::lexical_cast<bool>``, which knows 0 and 1 alone."""
    for planner in moveit.moveit_py()["ompl"]["planner_configs"].values():
        assert planner["simplify_solutions"] == 0
        assert not isinstance(planner["simplify_solutions"], bool)
    assert all("simplify_solutions" not in planner for planner in moveit.move_group()["ompl"]["planner_configs"].values())


@pytest.mark.parametrize(("namespace", "name"), [("", "/mover"), ("cell_1", "/cell_1/mover"), ("/a/b", "/a/b/mover")])
def test_the_parameter_file_names_the_node_in_full(tmp_path: Path, namespace: str, name: str) -> None:
    file = moveit.parameter_file(tmp_path, "mover", namespace, moveit.moveit_py())
    assert yaml.safe_load(file.read_text()) == {name: {"ros__parameters": moveit.moveit_py()}}


def test_moveit_drives_the_controllers_that_there_are() -> None:
    simple = description.settings("moveit/moveit_controllers.yaml")["moveit_simple_controller_manager"]
    ours = description.settings("controllers/common.yaml") | description.settings("controllers/arms.yaml")
    for name in simple["controller_names"]:
        told = ours[f"/**/{name}"]["ros__parameters"]
        assert simple[name]["joints"] == told.get("joints", [told.get("joint")])
