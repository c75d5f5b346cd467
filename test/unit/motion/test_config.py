"""The files that MoveIt and the embedded planner share name what the cell has."""

import re
from xml.etree import ElementTree

from tandem.cell import description, names

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
