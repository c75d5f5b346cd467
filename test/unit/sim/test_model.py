"""The compiled model has what the cell's description says."""

import mujoco
import numpy as np
import pytest

from tandem.cell import description, names
from tandem.cell.limits import joint_limits
from tandem.sim.cell_sim import CellSim
from tandem.sim.model import build, kinds
from tandem.sim.scenes import scene_for


def test_joints_are_addressed_in_the_cells_order(sim: CellSim) -> None:
    sim.data.qpos[sim.cell.qpos] = joint_limits().lower
    for name, expected in zip(names.JOINTS, joint_limits().lower, strict=True):
        assert sim.data.joint(name).qpos[0] == expected


@pytest.mark.parametrize("scene", ["tabletop", "tabletop_tray"])
def test_objects_weigh_what_the_settings_say(scene: str) -> None:
    objects = scene_for(scene, 0).objects
    cell = build(kinds(objects))
    for item in objects:
        expected = description.settings("props.yaml")[item.category]["mass"]
        assert cell.model.body(item.name).mass[0] == pytest.approx(expected)


def test_what_is_only_for_looks_neither_weighs_nor_touches(sim: CellSim) -> None:
    model = sim.cell.model
    looks = np.flatnonzero(model.geom_group == 3)
    assert len(looks) > 0
    assert not model.geom_contype[looks].any()
    assert not model.geom_conaffinity[looks].any()
    assert model.body("left_upper_arm_link").mass[0] == pytest.approx(8.058)


def test_an_arm_at_home_touches_nothing_and_can_press_against_the_table(sim: CellSim) -> None:
    sim.step(1)
    robot = {index for index in range(sim.cell.model.nbody) if sim.cell.model.body(index).name.startswith(("left", "right"))}
    bodies = sim.cell.model.geom_bodyid[sim.data.contact.geom]
    assert not robot & set(bodies.ravel().tolist())
    sim.data.qpos[sim.cell.qpos[1]] = 0.3
    mujoco.mj_forward(sim.cell.model, sim.data)
    assert robot & set(sim.cell.model.geom_bodyid[sim.data.contact.geom].ravel().tolist())
