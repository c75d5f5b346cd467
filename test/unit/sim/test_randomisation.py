"""Episodes that differ from the nominal cell, and the nominal cell again afterwards."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from tandem.cell import description, names
from tandem.sim.cell_sim import CellSim
from tandem.sim.randomisation import NONE, CameraError, Randomisation, Shift, draw
from tandem.sim.scenes import scene_for

SCENE = scene_for("tabletop", 3)


@pytest.fixture(scope="module")
def sim() -> Iterator[CellSim]:
    sim = CellSim(SCENE)
    yield sim
    sim.close()


def seen(sim: CellSim, drawn: Randomisation, camera: str = "overhead_camera") -> np.ndarray:
    sim.reset(SCENE, randomisation=drawn)
    return sim.render(camera).rgb.astype(int)


def test_the_same_seed_draws_the_same() -> None:
    assert draw(SCENE) == draw(SCENE)
    others = [draw(scene_for("tabletop", seed)) for seed in range(20)]
    assert len({drawn.brightness for drawn in others}) == 20
    low, high = description.settings("randomisation.yaml")["light"]["brightness"]
    assert all(low <= drawn.brightness <= high for drawn in others)
    assert set(others[0].masses) == {item.name for item in SCENE.objects}
    assert others[0].as_json()["cameras"]["overhead_camera"]["mount"]["offset"]


@pytest.mark.parametrize(
    "drawn",
    [
        replace(NONE, brightness=0.7),
        replace(NONE, ambient=1.4),
        replace(NONE, lamp=(0.3, -0.3)),
        replace(NONE, lamp_colour=(1.1, 1.0, 0.9)),
        replace(NONE, tints={"blue_bin": (1.0, 1.0, 0.7)}),
        replace(NONE, table=(0.8, 0.9, 0.8)),
        replace(NONE, pattern=0.2, seed=5),
        replace(NONE, colour_noise=4.0),
        replace(NONE, cameras={"overhead_camera": CameraError(gain=(1.1, 1.0, 0.9))}),
        replace(NONE, cameras={"overhead_camera": CameraError(mount=Shift(rotation=(0.02, 0.0, 0.0)))}),
    ],
    ids=str,
)
def test_it_can_be_seen_and_is_gone_afterwards(sim: CellSim, drawn: Randomisation) -> None:
    nominal = seen(sim, NONE)
    changed = seen(sim, drawn)
    assert np.abs(changed - nominal).mean() > 0.2
    assert np.array_equal(seen(sim, NONE), nominal)
    assert np.array_equal(seen(sim, drawn), changed)


def test_what_a_calibration_got_wrong_is_not_told(sim: CellSim) -> None:
    sim.reset(SCENE)
    straight = sim.render("left_wrist_camera").pose
    askew = Shift((0.004, 0.0, 0.0), (0.0, 0.01, 0.0))
    sim.reset(SCENE, randomisation=replace(NONE, cameras={"left_wrist_camera": CameraError(error=askew)}))
    told = sim.render("left_wrist_camera").pose
    assert np.allclose(told.position, straight.position, atol=1e-9)
    assert np.allclose(told.quaternion, straight.quaternion, atol=1e-9)
    camera = sim.cell.model.camera("left_wrist_camera").id
    assert np.linalg.norm(sim.data.cam_xpos[camera] - straight.position) == pytest.approx(0.004)


def test_how_a_camera_is_mounted_is_told(sim: CellSim) -> None:
    mounted = Shift((0.004, -0.002, 0.001), (0.01, 0.02, -0.03))
    sim.reset(SCENE, randomisation=replace(NONE, cameras={"overhead_camera": CameraError(mount=mounted)}))
    told, camera = sim.render("overhead_camera").pose, sim.cell.model.camera("overhead_camera").id
    assert np.allclose(told.position, sim.data.cam_xpos[camera], atol=1e-9)
    axes = sim.data.cam_xmat[camera].reshape(3, 3) @ np.diag([1.0, -1.0, -1.0])
    assert np.allclose(told.rotation, axes, atol=1e-6)


def test_the_pose_of_a_frame_is_that_of_the_camera(sim: CellSim) -> None:
    sim.reset(SCENE)
    for camera in names.CAMERAS:
        frame, index = sim.render(camera), sim.cell.model.camera(camera).id
        assert np.allclose(frame.pose.position, sim.data.cam_xpos[index], atol=1e-9)
        axes = sim.data.cam_xmat[index].reshape(3, 3) @ np.diag([1.0, -1.0, -1.0])
        assert np.allclose(frame.pose.rotation, axes, atol=1e-6)


def test_depth_is_noisy_where_it_is_known(sim: CellSim) -> None:
    sim.reset(SCENE)
    nominal = sim.render("overhead_camera").depth
    sim.reset(SCENE, randomisation=replace(NONE, depth_noise=0.002))
    noisy = sim.render("overhead_camera").depth
    known = nominal > 0
    assert np.std((noisy - nominal)[known]) == pytest.approx(0.002, rel=0.1)
    assert np.all(noisy[~known] == 0)
    again = sim.render("overhead_camera").depth
    assert not np.array_equal(noisy, again)


def test_masses_and_friction_are_felt_and_forgotten(sim: CellSim) -> None:
    sim.reset(SCENE)
    model = sim.cell.model
    cube, pad = model.body("red_cube").id, model.geom("left_pad_a").id
    mass, inertia = float(model.body_mass[cube]), model.body_inertia[cube].copy()
    friction, pad_friction = model.geom("red_cube_0").friction.copy(), model.geom_friction[pad].copy()
    sim.reset(SCENE, randomisation=replace(NONE, masses={"red_cube": 1.5}, friction=0.8, pad_friction=1.2))
    assert model.body_mass[cube] == pytest.approx(1.5 * mass)
    assert np.allclose(model.body_inertia[cube], 1.5 * inertia)
    assert np.allclose(model.geom("red_cube_0").friction, 0.8 * friction)
    assert np.allclose(model.geom_friction[pad], 1.2 * pad_friction)
    sim.step(200)
    assert sim.truth.object_velocity("red_cube")[0] < 0.01
    sim.reset(SCENE)
    assert model.body_mass[cube] == pytest.approx(mass)
    assert np.allclose(model.geom_friction[pad], pad_friction)


def test_only_the_newest_models_keep_graphics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tandem.sim.cell_sim._KEPT_MODELS", 2)
    sim = CellSim(SCENE)
    first = sim.render("overhead_camera").rgb
    for name in ("tabletop_tray", "tabletop_full"):
        sim.reset(scene_for(name, 1))
        sim.render("overhead_camera")
    assert len(sim._built) == 2
    sim.reset(SCENE)
    assert np.array_equal(sim.render("overhead_camera").rgb, first)
    sim.close()
