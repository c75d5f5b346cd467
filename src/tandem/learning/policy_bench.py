"""How long a chunk takes: from an observation with three images to joint targets, on one and on two threads."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import yaml
from numpy.typing import NDArray

from tandem.cell import names, paths
from tandem.cell.observation import CameraFrame, Observation, TouchSample
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.act.configuration import ActConfig
from tandem.policy.act.model import ActModel
from tandem.policy.act.modeling import Act
from tandem.policy.act.processing import ActProcessor
from tandem.policy.chunks.model import ChunkModel, ChunkRequest
from tandem.policy.vla.configuration import TandemVlaConfig
from tandem.policy.vla.making import shipped
from tandem.policy.vla.model import VlaModel, VlaOptions
from tandem.policy.vla.modeling import TandemVla
from tandem.policy.vla.processing import TandemVlaProcessor
from tandem.policy.vla.words import train_tokenizer

LEROBOT_PYTHON = "TANDEM_LEROBOT_PYTHON"
"""Environment variable: the Python of LeRobot's own environment, to be compared with."""

_STEP = Step("pick", "left", "red_cube", text="pick up the red cube with the left hand")
_THREADS = (1, 2)
_COMMITTED = 3
_PATIENCE_S, _LEAST = 10.0, 3


@dataclass(frozen=True)
class Timing:
    """Milliseconds of chunks of a policy; ``peer`` and its milliseconds, or the reason why it has none."""

    name: str
    durations: list[float]
    peer: str | None = None
    peer_durations: list[float] | None = None


def bench_policies(count: int = 40, checkpoint: Path | None = None) -> list[Timing]:
    """Measure the learned model (ONNX Runtime and torch), ACT, and LeRobot's ACT and SmolVLA where they can be run.

    Weights don't matter for the time: without a checkpoint they are random, in the shapes of config/training/.
    """
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        vla = checkpoint or (shipped() if (shipped() / "config.json").is_file() else _random_vla(Path(scratch) / "vla"))
        act = _random_act(Path(scratch) / "act")
        for threads in _THREADS:
            with _torch_threads(threads):
                peers = _lerobot(ActConfig.from_pretrained(act).image_size, ActConfig.from_pretrained(act).rows, threads, count)
                label = f"{threads} thread{'s' * (threads > 1)}"
                for runtime, words in (("onnx", "ONNX Runtime"), ("torch", "torch")):
                    model = VlaModel(vla, VlaOptions(runtime=runtime, threads=threads))
                    found.append(Timing(f"chunk of vla, {words}, {label}", _durations(model, count), *peers["SmolVLA"]))
                found.append(Timing(f"chunk of act, torch, {label}", _durations(ActModel(act), count), *peers["ACT"]))
    return found


def _durations(model: ChunkModel, count: int) -> list[float]:
    seen = observation()
    request = ChunkRequest(seen, _STEP, np.tile(seen.positions, (_COMMITTED, 1)))
    model.begin(_STEP)
    model.predict(request)
    durations: list[float] = []
    until = time.monotonic() + _PATIENCE_S  # two threads are very slow indeed where other programs want the same cores
    while len(durations) < _LEAST or (len(durations) < count and time.monotonic() < until):
        durations.append(1e3 * model.predict(request).seconds)
    return durations


def observation() -> Observation:
    """Both arms at home, a cube, three images of noise, half a second of touch."""
    rng = np.random.default_rng(0)
    home, side = home_positions(), 128
    frames = {
        camera: CameraFrame(
            camera,
            1.0,
            rng.integers(0, 255, (side, side, 3), np.uint8),
            np.ones((side, side), np.float32),
            np.eye(3),
            Pose((0.0, 0.0, 1.0)),
        )
        for camera in names.CAMERAS
    }
    nothing: dict[str, NDArray[np.float64]] = {hand: np.zeros((2, 8, 4, 3)) for hand in names.SIDES}
    still: dict[str, NDArray[np.float64]] = {hand: np.zeros(6) for hand in names.SIDES}
    touch = tuple(TouchSample(0.5 + 0.05 * k, still, nothing) for k in range(11))
    cube = SceneObject("red_cube", "cube", "red", Pose((0.45, 0.1, 0.02)), (0.04, 0.04, 0.04))
    return Observation(1.0, home, np.zeros(names.DOF), Scene(1.0, (cube,)), frames, still, nothing, touch)


def _shape(name: str) -> dict[str, object]:
    entries = yaml.safe_load((paths.share() / "config" / "training" / name).read_text(encoding="utf-8"))
    return dict(entries.get("model") or {})


def _random_vla(folder: Path) -> Path:
    torch.manual_seed(0)
    config = TandemVlaConfig(**_shape("small.yaml"))  # type: ignore[arg-type]
    late = np.linspace(0.005, 0.1, config.rows)
    TandemVla(config).save_pretrained(folder)
    TandemVlaProcessor(
        train_tokenizer([_STEP.text], config.vocabulary),
        config.cameras,
        config.image_size,
        config.text_length,
        step_dt=config.step_dt,
        scale={"position": late.tolist(), "rotation": (4 * late).tolist(), "fingers": [3.0] * config.rows},
    ).save_pretrained(folder)
    return folder


def _random_act(folder: Path) -> Path:
    torch.manual_seed(0)
    config = ActConfig(**_shape("act.yaml"))  # type: ignore[arg-type]
    mean, spread = home_positions().tolist(), [0.2] * names.DOF
    Act(config).save_pretrained(folder)
    ActProcessor(
        train_tokenizer([_STEP.text], config.vocabulary),
        config.cameras,
        config.image_size,
        config.text_length,
        step_dt=config.step_dt,
        statistics={"state_mean": mean, "state_std": spread, "action_mean": mean, "action_std": spread},
    ).save_pretrained(folder)
    return folder


@contextmanager
def _torch_threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _lerobot(size: int, rows: int, threads: int, count: int) -> dict[str, tuple[str, list[float] | None]]:
    """Name and milliseconds of LeRobot's policies; the reason in the name where there are none."""
    script = Path(__file__).with_name("lerobot_timing.py")
    python = os.environ.get(LEROBOT_PYTHON, sys.executable)
    isolated = "-I"  # of our packages: the script's folder has a `datasets`, which LeRobot would take for its own
    try:
        done = subprocess.run(
            [python, isolated, str(script), *map(str, (size, rows, threads, count))],
            capture_output=True,
            text=True,
            timeout=900,
            check=True,
        )
        said = json.loads(done.stdout.strip().splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        said = dict.fromkeys(("ACT", "SmolVLA"), f"{python} can't run it: {type(error).__name__}")
    return {
        name: (f"LeRobot's {name} {value}", None) if isinstance(value, str) else (f"LeRobot's {name}", value)
        for name, value in said.items()
    }
