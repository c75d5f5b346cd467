"""The cell as a file for mujoco_ros2_control."""

from pathlib import Path

import mujoco
import numpy as np
import pytest

from tandem.cell import names
from tandem.cell.robot import home_positions
from tandem.sim import mjcf
from tandem.sim.cell_sim import CellSim
from tandem.sim.scenes import scene_for


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> mujoco.MjModel:
    file = mjcf.written(tmp_path_factory.mktemp("mjcf"), "tabletop", seed=3)
    return mujoco.MjModel.from_xml_path(str(file))


def test_each_joint_has_a_drive_of_its_name(model: mujoco.MjModel) -> None:
    assert {model.actuator(index).name for index in range(model.nu)} == set(names.JOINTS)


@pytest.mark.parametrize("side", names.SIDES)
def test_wrist_sensors_have_the_names_that_the_robot_description_tells(model: mujoco.MjModel, side: str) -> None:
    assert [model.sensor(f"{side}_{kind}").dim[0] for kind in ("force", "torque")] == [3, 3]


def test_objects_stand_where_the_scene_says(model: mujoco.MjModel) -> None:
    for item in scene_for("tabletop", 3).objects:
        np.testing.assert_allclose(model.body(item.name).pos, item.pose.position, atol=1e-6)


def test_joints_go_where_they_are_sent_and_stay(model: mujoco.MjModel) -> None:
    data = mujoco.MjData(model)
    wanted = home_positions() + np.where(np.isin(np.arange(names.DOF), list(names.GRIPPER_COLUMN.values())), -0.02, 0.1)
    address = np.array([model.joint(name).qposadr[0] for name in names.JOINTS])
    data.qpos[address] = home_positions()
    data.ctrl[[model.actuator(name).id for name in names.JOINTS]] = wanted
    mujoco.mj_step(model, data, nstep=int(1.5 / model.opt.timestep))
    np.testing.assert_allclose(data.qpos[address], wanted, atol=2e-3)
    second = [float(data.joint(f"{side}_gripper_mimic_joint").qpos[0]) for side in names.SIDES]
    np.testing.assert_allclose(second, wanted[list(names.GRIPPER_COLUMN.values())], atol=1e-3)


def test_an_unknown_scene_is_refused(tmp_path: Path) -> None:
    with pytest.raises((KeyError, ValueError), match="nowhere"):
        mjcf.written(tmp_path, "nowhere")


def test_a_boxs_modules_stand_in_their_cells_and_its_plugs_stay_in(tmp_path: Path) -> None:
    model = mujoco.MjModel.from_xml_path(str(mjcf.written(tmp_path, "busybox_full", seed=9)))
    data, sim = mujoco.MjData(model), CellSim(scene_for("busybox_full", 9))
    data.ctrl[[model.actuator(name).id for name in names.JOINTS]] = home_positions()
    data.qpos[[model.joint(name).qposadr[0] for name in names.JOINTS]] = home_positions()
    mujoco.mj_step(model, data, nstep=500)
    for module in ("wires", "knob", "display"):
        np.testing.assert_allclose(data.body(f"box/{module}").xpos, sim.data.body(f"box/{module}").xpos, atol=3e-3)
    assert abs(float(data.joint("box/wires/red/top:z").qpos[0])) < 1e-3
    assert abs(float(data.joint("box/wires/black/bottom:z").qpos[0])) < 1e-3
