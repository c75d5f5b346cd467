"""A policy behind a server, in a cell of real nodes: what its model gets, and that the arms do what it says."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from chunk_models import ReachModel
from running_cell import SEED

from tandem.cell import names
from tandem.cell.bringup import node_graph
from tandem.cell.robot import home_positions
from tandem.cli.processes import CellProcesses
from tandem.client import CellClient
from tandem.policy.remote import contract
from tandem.policy.remote.serving import ChunkServer

GOAL = home_positions() + 0.4 * (np.arange(names.DOF) == 0) - 0.3 * (np.arange(names.DOF) == 7)


@pytest.fixture(scope="module")
def model() -> ReachModel:
    return ReachModel(GOAL, speed=0.3, cameras=names.CAMERAS)


@pytest.fixture(scope="module")
def client(ros_domain: int, model: ReachModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CellClient]:
    del ros_domain
    server = ChunkServer(model, contract.load("openpi_tandem"), port=0, say=lambda text: None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    options = {"url": f"ws://127.0.0.1:{server.port}"}
    folder: Path = tmp_path_factory.mktemp("cell")
    processes = CellProcesses(node_graph(policy="openpi", policy_options=options, seed=SEED), folder)
    processes.start()
    client = CellClient("test_client")
    try:
        client.wait_ready()
        yield client
    finally:
        client.close()
        processes.end()
        server.stop()
        thread.join(5.0)


def test_the_model_sees_feels_and_moves_the_cell(client: CellClient, model: ReachModel) -> None:
    client.begin()
    result = client.send("Go home.").result(90.0)
    assert result.error_code == 0, result.error_msg
    newest = client.joints.newest
    assert newest is not None
    assert np.abs(newest[1] - GOAL).max() < 0.03
    seen = model.requests[-1].observation
    shapes = {camera: frame.rgb.shape for camera, frame in seen.frames.items()}
    assert shapes == {"overhead_camera": (480, 640, 3), "left_wrist_camera": (224, 224, 3), "right_wrist_camera": (224, 224, 3)}
    assert all(frame.rgb.std() > 1.0 for frame in seen.frames.values())
    assert len(seen.touch) >= 10
    assert seen.touch[-1].stamp - seen.touch[0].stamp <= 0.55
    assert {item.name for item in seen.scene} >= {"red_cube"}
    assert model.begun[-1].verb == "home"
