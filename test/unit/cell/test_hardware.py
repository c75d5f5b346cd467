"""What ros2_control is told: every name in config/controllers exists in the robot description of each hardware."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xacro
import yaml

from tandem.cell import description, limits, names, paths
from tandem.cell.robot import home_positions

SIMULATED = ("mock", "gazebo", "mujoco")

UR_MACRO = """<robot xmlns:xacro="http://www.ros.org/wiki/xacro">
  <xacro:macro name="ur_ros2_control" params="name tf_prefix kinematics_parameters_file robot_ip script_filename
      input_recipe_filename output_recipe_filename ur_type headless_mode:=false initial_positions:=0
      reverse_port:=50001 script_sender_port:=50002
      reverse_ip:=0.0.0.0 script_command_port:=50004 trajectory_port:=50003">
    <xacro:property name="read" value="${xacro.load_yaml(kinematics_parameters_file)['kinematics']['hash']}"/>
    <ros2_control name="${name}" type="system">
      <hardware>
        <plugin>ur_robot_driver/URPositionHardwareInterface</plugin>
        <param name="robot_ip">${robot_ip}</param>
        <param name="kinematics/hash">${read}</param>
        <param name="ports">${reverse_port} ${script_sender_port} ${trajectory_port} ${script_command_port}</param>
      </hardware>
      <xacro:macro name="ur_joint" params="joint">
        <joint name="${tf_prefix}${joint}_joint">
          <command_interface name="position"/>
          <state_interface name="position">
            <param name="initial_value">${initial_positions[joint + '_joint']}</param>
          </state_interface>
          <state_interface name="velocity"/>
        </joint>
      </xacro:macro>
      <xacro:ur_joint joint="shoulder_pan"/><xacro:ur_joint joint="shoulder_lift"/><xacro:ur_joint joint="elbow"/>
      <xacro:ur_joint joint="wrist_1"/><xacro:ur_joint joint="wrist_2"/><xacro:ur_joint joint="wrist_3"/>
      <sensor name="${tf_prefix}tcp_fts_sensor"><state_interface name="force.x"/></sensor>
      <gpio name="${tf_prefix}speed_scaling"><state_interface name="speed_scaling_factor"/></gpio>
    </ros2_control>
  </xacro:macro>
</robot>
"""
"""Stands where ur_robot_driver isn't installed: the parameters of its macro, and those of its interfaces that are used here."""


@pytest.fixture
def ur_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ament prefix with the driver's macro; returns a hardware file that names gripper plugins."""
    for package in ("ur_robot_driver", "ur_client_library"):
        (tmp_path / "share" / package / "urdf").mkdir(parents=True)
        marker = tmp_path / "share/ament_index/resource_index/packages" / package
        marker.parent.mkdir(parents=True, exist_ok=True)
        marker.touch()
    (tmp_path / "share/ur_robot_driver/urdf/ur.ros2_control.xacro").write_text(UR_MACRO)
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(tmp_path))
    hardware = description.settings("hardware/ur.yaml")
    filled = hardware | {"grippers": {side: {"plugin": "some_gripper/Driver", "port": f"/dev/{side}"} for side in names.SIDES}}
    file = tmp_path / "our_robots.yaml"
    file.write_text(yaml.safe_dump(filled))
    return file


def expanded(**mappings: str) -> ElementTree.Element:
    file = paths.share() / "urdf" / "cell.urdf.xacro"
    return ElementTree.fromstring(xacro.process_file(str(file), mappings=mappings).toxml())


def controllers(*files: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in files:
        for key, entry in description.settings(f"controllers/{file}.yaml").items():
            assert key.startswith("/**/")
            yield key.removeprefix("/**/"), entry["ros__parameters"]


def interfaces(of: ElementTree.Element, kind: str) -> set[str]:
    return {entry.attrib["name"] for entry in of.findall(f"{kind}_interface")}


def assert_fits(robot: ElementTree.Element, *files: str) -> None:
    links = {link.attrib["name"] for link in robot.iter("link")}
    real = {joint.attrib["name"]: joint for joint in robot.findall("joint")}
    driven = {joint.attrib["name"]: joint for control in robot.iter("ros2_control") for joint in control.findall("joint")}
    sensors = {sensor.attrib["name"] for control in robot.iter("ros2_control") for sensor in control.findall("sensor")}
    assert set(driven) <= set(real)
    for name, told in controllers(*files):
        for joint in [*told.get("joints", []), *([told["joint"]] if "joint" in told else [])]:
            given = {
                kind: [i.attrib["name"] for i in driven[joint].findall(f"{kind}_interface")] for kind in ("command", "state")
            }
            assert set(told.get("command_interfaces", ["position"])) <= set(given["command"]), name
            assert set(told.get("state_interfaces", ["position", "velocity"])) <= set(given["state"]), name
        assert set(told.get("constraints", {})) - set(real) <= {"stopped_velocity_tolerance", "goal_time", "decelerate_on_cancel"}
        if "sensor_name" in told and sensors:
            assert told["sensor_name"] in sensors
            assert told["frame_id"] in links
        if "speed_scaling_interface_name" in told:
            gpio, interface = told["speed_scaling_interface_name"].split("/")
            found = [entry for entry in robot.iter("gpio") if entry.attrib["name"] == gpio]
            assert any(interface in interfaces(entry, "state") for entry in found)


@pytest.mark.parametrize("hardware", SIMULATED)
def test_every_name_of_the_controllers_exists(hardware: str) -> None:
    assert_fits(expanded(hardware=hardware), "common", "arms")


def test_every_name_of_the_controllers_exists_on_universal_robots(ur_driver: Path) -> None:
    assert_fits(expanded(hardware="ur", hardware_file=str(ur_driver)), "common", "ur_arms")


def test_controllers_are_named_as_the_executor_calls_them() -> None:
    found = {name for name, _ in controllers("common", "arms")}
    assert found >= {f"{side}_{what}_controller" for side in names.SIDES for what in ("arm", "gripper")}
    assert {name for name, _ in controllers("arms")} == {name for name, _ in controllers("ur_arms")}


@pytest.mark.parametrize("file", ["arms", "ur_arms"])
def test_arms_brake_within_their_limits(file: str) -> None:
    allowed = dict(zip(names.JOINTS, limits.joint_limits().acceleration, strict=True))
    for _, told in controllers(file):
        assert told["interpolate_from_desired_state"], "windows follow one another while the arms lag behind"
        for joint in told["joints"]:
            assert 0 < told["constraints"][joint]["max_deceleration_on_cancel"] <= allowed[joint]


@pytest.mark.parametrize("hardware", SIMULATED)
def test_arms_begin_at_home(hardware: str) -> None:
    robot = expanded(hardware=hardware)
    begins = {
        joint.attrib["name"]: float(joint.find("state_interface/param").text)  # type: ignore[union-attr, arg-type]
        for control in robot.iter("ros2_control")
        for joint in control.findall("joint")
    }
    assert [begins[name] for name in names.JOINTS] == pytest.approx(home_positions())
    for side in names.SIDES:
        assert begins[f"{side}_gripper_mimic_joint"] == begins[names.GRIPPER_JOINT[side]]


def test_without_hardware_ros2_control_is_left_out() -> None:
    assert not list(expanded().iter("ros2_control"))


def test_unknown_hardware_is_refused_with_what_there_is() -> None:
    with pytest.raises(xacro.XacroException, match="robot is not known; use sim, mock, gazebo, mujoco or ur"):
        expanded(hardware="robot")


def test_universal_robots_have_ports_of_their_own(ur_driver: Path) -> None:
    robot = expanded(hardware="ur", hardware_file=str(ur_driver))
    ports = [int(port) for told in robot.iter("param") if told.attrib["name"] == "ports" for port in str(told.text).split()]
    assert len(ports) == len(set(ports)) == 8
    assert len({told.text for told in robot.iter("param") if told.attrib["name"] == "robot_ip"}) == 2


def test_universal_robots_need_a_gripper_plugin(ur_driver: Path) -> None:
    del ur_driver
    with pytest.raises(xacro.XacroException, match="names no plugin for the left gripper"):
        expanded(hardware="ur")


def test_the_driver_gets_the_kinematics_of_the_very_arm(ur_driver: Path, tmp_path: Path) -> None:
    measured = tmp_path / "right.yaml"
    nominal = description.settings("kinematics/ur5e.yaml")["kinematics"]
    measured.write_text(
        yaml.safe_dump({"kinematics": nominal | {"hash": "calib_1"} | {"forearm": nominal["forearm"] | {"x": -0.4247}}})
    )
    cell = description.settings("calibration.yaml")
    arms = cell["arms"] | {"right": cell["arms"]["right"] | {"kinematics": str(measured)}}
    calibration = tmp_path / "calibration.yaml"
    calibration.write_text(yaml.safe_dump(cell | {"arms": arms}))
    robot = expanded(hardware="ur", hardware_file=str(ur_driver), calibration=str(calibration))
    assert [told.text for told in robot.iter("param") if told.attrib["name"] == "kinematics/hash"] == ["nominal", "calib_1"]
    elbows = {side: robot.find(f"joint[@name='{side}_elbow_joint']/origin") for side in names.SIDES}
    assert {side: origin.attrib["xyz"] for side, origin in elbows.items() if origin is not None} == {
        "left": "-0.425 0 0",
        "right": "-0.4247 0 0",
    }
