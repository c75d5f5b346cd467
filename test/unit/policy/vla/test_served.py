"""The learned model asked over the network says what it says in the same process."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small import small_checkpoint

from tandem.cell import description, names
from tandem.cell.busybox.layout import canonical
from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.busybox.state import BoxState
from tandem.cell.observation import CameraFrame, Observation, TouchSample
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.chunks.model import ChunkRequest
from tandem.policy.remote import contract
from tandem.policy.remote.openpi import OpenpiModel
from tandem.policy.remote.serving import ChunkServer
from tandem.policy.vla.making import vla_model

_PADS = description.settings("sim.yaml")["tactile"]
PADS = (2, int(_PADS["rows"]), int(_PADS["columns"]), 3)
STEP = Step("pick", "left", "red_cube", text="pick up the red cube with the left hand")
PRESS = Step("press", "left", "box/buttons/red", text="push the red button")
BOX = scene_objects(Pose.from_xyz_rpy((0.46, 0.0, 0.0), (0.0, 0.0, -np.pi / 2)), canonical(), BoxState())


def request(stamp: float, step: Step = STEP) -> ChunkRequest:
    random = np.random.default_rng(int(10 * stamp))

    def frame(camera: str) -> CameraFrame:
        pixels = random.integers(0, 256, (48, 64, 3), dtype=np.uint8)
        return CameraFrame(camera, stamp, pixels, np.zeros((0, 0), np.float32), np.eye(3), Pose((0.0, 0.0, 0.0)))

    cube = SceneObject("red_cube", "cube", "red", Pose((0.42, 0.05, 0.02)), (0.04, 0.04, 0.04), on="table", last_seen=stamp - 0.1)
    touch = tuple(
        TouchSample(
            stamp - 0.02 * age,
            {side: random.random(6) for side in names.SIDES},
            {side: random.random(PADS) for side in names.SIDES},
        )
        for age in range(20, -1, -1)
    )
    seen = Observation(
        stamp,
        home_positions() - 0.001 * random.random(14),
        np.zeros(14),
        Scene(stamp, (cube, *BOX)),
        {camera: frame(camera) for camera in names.CAMERAS},
        touch[-1].wrenches,
        touch[-1].tactile,
        touch,
    )
    return ChunkRequest(seen, step, np.tile(home_positions(), (2, 1)))


@pytest.mark.parametrize("step", [STEP, PRESS])
def test_it_answers_alike(tmp_path: Path, step: Step) -> None:
    torch.set_num_threads(1)
    options = {"checkpoint": str(small_checkpoint(tmp_path / "small"))}
    here, there = vla_model(options), vla_model(options)
    server = ChunkServer(there, contract.load("openpi_tandem"), port=0, say=lambda text: None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    remote = OpenpiModel(contract.load("openpi_tandem"), f"ws://127.0.0.1:{server.port}", timeout_s=30.0)
    for model in (here, remote):
        model.begin(step)
    assert (remote.cameras, remote.step_dt, remote.rows) == (here.cameras, here.step_dt, here.rows)
    for stamp in (1.0, 1.4):
        one, other = here.predict(request(stamp, step)), remote.predict(request(stamp, step))
        assert np.allclose(one.positions, other.positions, atol=1e-9)
        assert np.isclose(one.done, other.done)
        assert np.isclose(one.spread, other.spread)
        assert one.felt is other.felt
        assert one.felt is (False if step is PRESS else None)
    remote.close()
    server.stop()
    thread.join(5.0)


def test_twins_share_weights_and_nothing_else(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    model = vla_model({"checkpoint": str(small_checkpoint(tmp_path / "small"))})
    twin = model.twin()
    assert twin.parts == model.parts
    twin.begin(replace(STEP, text="hand the cube over"))
    model.begin(STEP)
    before = model.predict(request(1.0)).positions
    twin.predict(request(5.0))
    model.begin(STEP)
    np.testing.assert_allclose(model.predict(request(1.0)).positions, before, atol=1e-9)
    assert twin._touchdown is not model._touchdown
    assert twin._grounder is not model._grounder
