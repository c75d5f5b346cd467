"""The box stands as its scene says, still, and survives being pushed."""

import mujoco
import numpy as np
import pytest

from tandem.cell.busybox.layout import MODULES
from tandem.cell.busybox.parts import PARTS, centre
from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.pose import Pose
from tandem.sim.cell_sim import CellSim
from tandem.sim.scenes import scene_for

SCENES = ("busybox_canonical", "busybox_semi", "busybox_full")


@pytest.fixture(scope="module")
def sim() -> CellSim:
    return CellSim(scene_for("busybox_canonical", 0))


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("seed", [3, 9, 16])
def test_parts_are_where_layout_and_state_say(sim: CellSim, name: str, seed: int) -> None:
    scene = scene_for(name, seed)
    item = scene.objects[0]
    assert item.setup is not None
    sim.reset(scene)
    sim.step(100)
    assert sim.truth.box is not None
    assert sim.truth.box.state() == item.setup.state
    underside = sim.truth.object_pose("box") @ Pose((0.0, 0.0, -item.size[2] / 2))
    for module in MODULES:
        expected = underside @ item.setup.layout[module].pose
        body = sim.data.body(f"box/{module}")
        assert np.array(body.xpos) == pytest.approx(expected.position, abs=1e-6)
        assert np.array(body.xmat).reshape(3, 3) == pytest.approx(expected.rotation, abs=1e-6)
    tops = {entry.name: entry for entry in scene_objects(underside, item.setup.layout, item.setup.state)}
    for part in PARTS:
        if part.module in ("sliders", "knob"):
            body = sim.data.body(part.name)
            assert np.array(body.xpos)[:2] == pytest.approx(tops[part.name].pose.position[:2], abs=1e-3)
    lever = np.array(sim.data.body("box/switches/top").xmat).reshape(3, 3)[:, 2]
    reach = np.array(centre(PARTS[7], item.setup.state)) - (0.0, 0.027, 0.0)
    turned = (underside @ item.setup.layout["switches"].pose).rotation @ reach
    assert PARTS[7].name == "box/switches/top"
    assert lever * 0.020 == pytest.approx(turned, abs=1e-3)


@pytest.mark.parametrize("seed", [0, 9, 16, 19])
def test_nothing_moves_by_itself(sim: CellSim, seed: int) -> None:
    sim.reset(scene_for("busybox_full", seed))
    sim.step(250)
    before = sim.truth.object_pose("box")
    state = sim.truth.box.state() if sim.truth.box is not None else None
    sim.step(1000)
    assert sim.truth.box is not None
    assert sim.truth.box.state() == state
    assert np.array(sim.truth.object_pose("box").position) == pytest.approx(before.position, abs=1e-4)
    assert np.abs(sim.data.qvel).max() < 0.2


def test_the_same_scene_is_the_same_whatever_was_before() -> None:
    first, second = CellSim(scene_for("busybox_full", 9)), CellSim(scene_for("busybox_semi", 3))
    second.step(100)
    second.reset(scene_for("busybox_full", 16))
    second.reset(scene_for("busybox_full", 9))
    first.step(200)
    second.step(200)
    assert np.array_equal(first.data.qpos, second.data.qpos)


def test_two_schemes_are_two_models_and_layouts_are_none(sim: CellSim) -> None:
    models = set()
    for seed in range(8):
        scene = scene_for("busybox_full", seed)
        sim.reset(scene)
        models.add((scene.objects[0].colour, id(sim.cell.model)))
    assert len(models) == 2


def test_a_push_slides_the_box_as_its_friction_says_and_a_strong_one_breaks_nothing(sim: CellSim) -> None:
    for force, slides in ((5.5, False), (9.5, True), (60.0, True)):
        sim.reset(scene_for("busybox_canonical", 1))
        sim.step(50)
        before = np.array(sim.truth.object_pose("box").position)
        body = sim.cell.model.body("box").id
        sim.data.xfrc_applied[body, :3] = (0.0, force, 0.0)
        sim.step(150)
        sim.data.xfrc_applied[body] = 0.0
        sim.step(400)
        moved = np.array(sim.truth.object_pose("box").position) - before
        assert (abs(moved[1]) > 0.005) == slides
        assert sim.truth.box is not None
        assert np.isfinite(sim.data.qpos).all()
        if force < 20.0:
            assert sim.truth.box.state() == sim.scene.objects[0].setup.state  # type: ignore[union-attr]
            assert abs(moved[2]) < 1e-3


def test_the_solver_works_on_the_full_matrix(sim: CellSim) -> None:
    """With the sparse one, MuJoCo 4.0's Newton solver failed on a box with a loose plug that two hands held at rest."""
    sim.reset(scene_for("busybox_canonical", 0))
    assert sim.cell.model.opt.jacobian == mujoco.mjtJacobian.mjJAC_DENSE
