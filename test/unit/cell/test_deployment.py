"""What is deployed with the cell: files that other programs read, checked as far as that goes without them."""

import configparser
import re
from xml.etree import ElementTree

import pytest
import yaml

from tandem.cell import names, paths
from tandem.cell.bringup import node_graph

DEPLOY = paths.share() / "deploy"
POLICY = ElementTree.parse(paths.config("sros2/policy.xml")).getroot()


def told(node: str, kind: str, right: str) -> set[str]:
    """What the security policy allows a node beside what all may: ``topics`` with ``publish`` and so on."""
    profile = POLICY.find(f".//enclave[@path='/tandem/{node}']/profiles/profile")
    assert profile is not None, node
    found = [entry for entry in profile.findall(kind) if entry.attrib.get(right) == "ALLOW"]
    return {str(entry.text) for group in found for entry in group}


def test_every_node_has_an_enclave() -> None:
    assert {entry.attrib["path"] for entry in POLICY.iter("enclave")} >= {f"/tandem/{spec.name}" for spec in node_graph()}


def test_only_the_executor_may_command_the_arms() -> None:
    topics = {f"{side}_arm_controller/joint_trajectory" for side in names.SIDES}
    may = {node.name for node in node_graph() if told(node.name, "topics", "publish") & topics}
    assert may == {"executor"}
    called = {action for node in node_graph() for action in told(node.name, "actions", "call")}
    assert not any(action.endswith("follow_joint_trajectory") for action in called)
    grippers = {
        node.name for node in node_graph() if any("gripper_cmd" in action for action in told(node.name, "actions", "call"))
    }
    assert grippers == {"executor"}


@pytest.mark.skipif(not DEPLOY.is_dir(), reason="deploy/ is in the source tree only")
def test_containers_stop_in_order_and_do_not_come_back_by_themselves() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert services["cell"]["stop_signal"] == "SIGINT"
    assert services["cell"]["restart"] == "no"
    assert (DEPLOY.parent / services["cell"]["build"]["dockerfile"]).is_file()
    recipe = (DEPLOY / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (\S+) \S+$", recipe, re.MULTILINE)
    assert all((DEPLOY.parent / source).exists() for source in copied)
    assert recipe.index("source /opt/ros/jazzy/setup.bash") < recipe.index("tandem doctor"), "or it brings a ROS of its own"
    left_behind = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert {".venv", "build", "install"} <= set(left_behind)


@pytest.mark.skipif(not DEPLOY.is_dir(), reason="deploy/ is in the source tree only")
def test_the_systemd_unit_stops_in_order() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(DEPLOY / "tandem-cell.service")
    assert unit["Service"]["KillSignal"] == "SIGINT"
    assert unit["Service"]["Restart"] == "no"
    assert "cell.launch.py" in unit["Service"]["ExecStart"]


def test_rviz_shows_groups_that_there_are() -> None:
    shown = yaml.safe_load(paths.config("moveit/moveit.rviz").read_text())["Visualization Manager"]
    motion = next(display for display in shown["Displays"] if display["Class"].endswith("MotionPlanning"))
    assert motion["Planning Request"]["Planning Group"] == "left_arm"
    assert shown["Global Options"]["Fixed Frame"] == names.WORLD_FRAME
