"""An egg between the fingers, and on the table."""

import numpy as np
import pytest

from tandem.cell import description, names
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.sim.cell_sim import CellSim
from tandem.sim.gripper_controller import GripperGoal
from tandem.sim.scenes import ObjectSpec, SceneSpec, scene_for

SIZE = (0.044, 0.044, 0.056)


def between_the_fingers() -> CellSim:
    """An egg that floats between the left fingers, which are open."""
    place = RobotModel().tcp_pose(home_positions(), "left").position
    sim = CellSim(SceneSpec("made up", 0, (ObjectSpec("white_egg", "egg", "white", SIZE, Pose(place)),)))
    sim.cell.model.opt.gravity[:] = 0.0
    return sim


def squeeze(sim: CellSim, travel: float, speed: float, seconds: float) -> tuple[float, float]:
    """Force of the finger that presses less [N], and how far it is in the shell [m]."""
    sim.gripper_controllers["left"].accept(GripperGoal(travel, max_velocity=speed), sim.time)
    sim.step(round(seconds / sim.timestep))
    measured = float(sim.joint_state()[0][names.GRIPPER_COLUMN["left"]])
    return float(sim.tactile("left")[..., 0].sum(axis=(1, 2)).min()), SIZE[1] / 2 - measured


def test_the_shell_gives_way_as_it_should() -> None:
    sim = between_the_fingers()
    assert squeeze(sim, 0.0225, 0.05, 1.0)[0] == 0.0
    stiffness = float(description.settings("props.yaml")["egg"]["shell"]["stiffness"])
    for travel in (0.0215, 0.0205, 0.0195):
        force, depth = squeeze(sim, travel, 0.005, 1.0)
        assert force == pytest.approx(stiffness * depth, rel=0.1)
    assert max(event.max_force for event in sim.truth.contacts) == pytest.approx(force, rel=0.2)


def test_a_light_grip_holds_it_for_long() -> None:
    sim = between_the_fingers()
    squeeze(sim, 0.0225, 0.05, 1.0)
    force, _ = squeeze(sim, 0.0211, 0.005, 1.0)
    assert 3.0 < force < 5.0
    before = np.array(sim.truth.object_pose("white_egg").position)
    sim.cell.model.opt.gravity[2] = -9.81
    sim.step(round(4.0 / sim.timestep))
    assert np.linalg.norm(np.array(sim.truth.object_pose("white_egg").position) - before) < 5e-4


def test_it_stays_where_it_stands() -> None:
    scene = scene_for("tabletop_egg", 3)
    sim = CellSim(scene)
    sim.step(round(2.0 / sim.timestep))
    egg = scene.objects[0]
    assert np.allclose(sim.truth.object_pose(egg.name).position, egg.pose.position, atol=5e-4)
    assert sim.truth.object_velocity(egg.name)[0] < 1e-3


def test_sizes_and_colours_vary() -> None:
    eggs = [scene_for("tabletop_egg", seed).objects[0] for seed in range(40)]
    assert {egg.colour for egg in eggs} == {"white", "brown"}
    assert len({egg.size for egg in eggs}) > 3
    assert all(egg.size[0] == egg.size[1] < egg.size[2] for egg in eggs)
