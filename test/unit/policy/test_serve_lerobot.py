"""The script that serves LeRobot policies from their own environment."""

import ast
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tandem.cell import names
from tandem.cell.observation import CameraFrame, Observation
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene
from tandem.policy.chunks.model import ChunkRequest, ModelFailure
from tandem.policy.remote import contract, serve_lerobot, wire
from tandem.policy.remote.openpi import OpenpiModel

HOME = home_positions()
SCRIPT = Path(serve_lerobot.__file__)
CONTRACT = contract.load("openpi_lerobot")


class Policy:
    """Stands where LeRobot's policy would: goes a little further in every row."""

    kind = "act"

    def __init__(self, **more: tuple[int, ...]) -> None:
        images = {f"observation.images.{camera}": (3, 128, 128) for camera in names.CAMERAS}
        self.inputs: dict[str, tuple[int, ...]] = {"observation.state": (14,), **images} | more
        self.prompts: list[str] = []
        self.resets = 0

    def reset(self) -> None:
        self.resets += 1

    def chunk(self, inputs: dict[str, Any], prompt: str) -> Any:
        self.prompts.append(prompt)
        assert all(inputs[name].shape == (128, 128, 3) for name in self.inputs if "images" in name)
        rows = np.tile(inputs["observation.state"], (10, 1)).astype(np.float32)
        rows[:, 0] += 0.01 * np.arange(1, 11)
        return rows


@pytest.fixture
def served() -> Iterator[Callable[[Any], str]]:
    running: list[tuple[serve_lerobot.PolicyServer, threading.Thread]] = []

    def start(policy: Any) -> str:
        server = serve_lerobot.PolicyServer(policy, port=0, say=lambda text: None)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"ws://127.0.0.1:{server.port}"

    yield start
    for server, thread in running:
        server.stop()
        thread.join(5.0)


def request(text: str = "pick the red cube") -> ChunkRequest:
    def frame(camera: str) -> CameraFrame:
        pixels = np.zeros((48, 64, 3), np.uint8)
        return CameraFrame(camera, 0.9, pixels, np.zeros((0, 0), np.float32), np.eye(3), Pose((0.0, 0.0, 0.0)))

    seen = Observation(1.0, HOME, np.zeros(14), Scene(), {camera: frame(camera) for camera in names.CAMERAS})
    return ChunkRequest(seen, Step("pick", "left", "red_cube", text=text), HOME[None])


def test_it_stands_alone() -> None:
    """Somebody copies this file to where there is no Tandem."""
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    tops = {str(module).split(".")[0] for module in modules}
    assert tops - set(sys.stdlib_module_names) == {"lerobot", "torch", "numpy", "msgpack", "websockets"}
    shown = subprocess.run([sys.executable, "-I", str(SCRIPT), "--help"], capture_output=True, text=True, timeout=60, check=False)
    assert "--policy" in shown.stdout


def test_the_cell_is_answered(served: Callable[[Any], str]) -> None:
    policy = Policy()
    model = OpenpiModel(CONTRACT, served(policy))
    model.begin(request().step)
    rows = model.predict(request()).positions
    assert rows.shape == (11, 14)
    assert np.allclose(rows[:, 0], HOME[0] + 0.01 * np.arange(11), atol=1e-6)
    assert np.allclose(rows[:, 1:], HOME[1:], atol=1e-6)
    model.predict(request())
    model.predict(request("put it down"))
    assert policy.prompts == ["pick the red cube", "pick the red cube", "put it down"]
    assert policy.resets == 2


def test_what_the_policy_lacks_is_said(served: Callable[[Any], str]) -> None:
    missing = OpenpiModel(CONTRACT, served(Policy(**{"observation.environment_state": (3,)})))
    with pytest.raises(ModelFailure, match=r"wants 'observation.environment_state' of shape \(3,\); the request has"):
        missing.predict(request())
    narrow = OpenpiModel(CONTRACT, served(Policy(**{"observation.state": (7,)})))
    with pytest.raises(ModelFailure, match=r"'observation.state' has shape \(14,\), the policy wants \(7,\)"):
        narrow.predict(request())


def test_whatever_the_policy_raises_does_not_end_the_server(served: Callable[[Any], str]) -> None:
    class Broken(Policy):
        def chunk(self, inputs: dict[str, Any], prompt: str) -> Any:
            raise RuntimeError("out of memory")

    model = OpenpiModel(CONTRACT, served(Broken()))
    for _ in range(2):
        with pytest.raises(ModelFailure, match="says: out of memory"):
            model.predict(request())


def test_its_messages_are_the_cells_own_and_never_objects() -> None:
    message = {"observation.state": np.arange(3.0), "n": np.float32(2), "prompt": "x"}
    assert serve_lerobot.pack(message) == wire.pack_openpi(message)
    assert serve_lerobot.unpack(wire.pack_openpi(message))["n"] == 2
    with pytest.raises(ValueError, match="aren't sent"):
        serve_lerobot.pack({"a": np.array([object()])})
    evil = {"a": {b"__ndarray__": True, b"data": pickle.dumps(print), b"dtype": "|O", b"shape": [1]}}
    with pytest.raises(ValueError, match="are refused"):
        serve_lerobot.unpack(wire.msgpack.packb(evil))
    with pytest.raises(ValueError, match="a message can't be read"):
        serve_lerobot.unpack(b"\xc1")


def test_a_real_lerobot_policy_is_loaded(tmp_path: Path, served: Callable[[Any], str]) -> None:
    pytest.importorskip("lerobot", reason="lerobot isn't installed; it has an environment of its own")
    from lerobot.configs.types import FeatureType, PolicyFeature
    from lerobot.policies.act.configuration_act import ACTConfig
    from lerobot.policies.act.modeling_act import ACTPolicy
    from lerobot.policies.factory import make_pre_post_processors

    pictures = {f"observation.images.{camera}": PolicyFeature(FeatureType.VISUAL, (3, 128, 128)) for camera in names.CAMERAS}
    config = ACTConfig(
        input_features={"observation.state": PolicyFeature(FeatureType.STATE, (14,)), **pictures},
        output_features={"action": PolicyFeature(FeatureType.ACTION, (14,))},
        chunk_size=10,
        n_action_steps=10,
        device="cpu",
        pretrained_backbone_weights=None,
    )
    ACTPolicy(config).save_pretrained(tmp_path)
    for processor in make_pre_post_processors(config):
        processor.save_pretrained(tmp_path)
    policy = serve_lerobot.LeRobotPolicy(str(tmp_path), "cpu")
    inputs = {"observation.state": HOME.astype(np.float32)} | {
        name: np.zeros((128, 128, 3), np.uint8) for name in policy.inputs if "images" in name
    }
    assert policy.chunk(inputs, "pick").shape == (10, 14)
