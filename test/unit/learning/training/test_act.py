"""Training of the baseline."""

from pathlib import Path

import numpy as np
import pytest
import torch
from reaching import LENGTH, reaching
from small import SENTENCES
from small_act import small_act_config, small_act_processor

from tandem.learning.training.act import ActBatch, ActLearner, ActLoader
from tandem.learning.training.passages import Passages
from tandem.learning.training.run import train
from tandem.learning.training.settings import TrainingSettings
from tandem.policy.act.checkpoint import load_act
from tandem.policy.act.modeling import Act


class Shades:
    """Images that get darker as the episode goes on."""

    def images(self, frames: np.ndarray, cameras: tuple[str, ...], size: int) -> np.ndarray:
        shade = 255 - 8 * (frames % 27)
        return np.broadcast_to(shade[:, None, None, None, None], (len(frames), len(cameras), size, size, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def passages() -> Passages:
    return Passages.of(reaching(4))


def _loader(passages: Passages, **changes: object) -> ActLoader:
    given = {"batch": 16, "warmup": 5, "learning_rate": 3e-3, "precision": "no", "save_every": 50, "ema": 0.9}
    settings = TrainingSettings(datasets=("none",), policy="act", **{**given, **changes})  # type: ignore[arg-type]
    config = small_act_config()
    every = np.arange(len(passages))
    return ActLoader(passages, every, Shades(), list(SENTENCES), small_act_processor(config), config, settings)


def _plain(loader: ActLoader, chosen: list[int]) -> ActBatch:
    return loader.tensors(np.array(chosen), np.random.default_rng(0), augmented=False)


def test_rows_are_the_joints_that_were_commanded(passages: Passages) -> None:
    loader = _loader(passages)
    made, config = _plain(loader, [0, 5]), small_act_config()
    joints = small_act_processor(config).joints(made.rows)
    np.testing.assert_allclose(joints[0, 0], passages.frames.state[0], atol=1e-6)
    for row in range(1, config.rows):
        frame = min(5 + row - 1, passages.kept[passages.last[5]])
        np.testing.assert_allclose(joints[1, row], passages.frames.action[frame], atol=1e-6)
    assert made.rows_count.all()


def test_each_step_and_each_process_has_a_batch_of_its_own(passages: Passages) -> None:
    loader = _loader(passages)
    first = loader.batch(3)
    torch.testing.assert_close(first.images, loader.batch(3).images)
    for other in (loader.batch(4), loader.batch(3, part=1)):
        assert not torch.equal(first.joints, other.joints)


def test_it_learns(passages: Passages, tmp_path: Path) -> None:
    torch.manual_seed(0)
    loader = _loader(passages, steps=100, style_weight=1.0)
    config = small_act_config()
    processor = small_act_processor(config)
    learner = ActLearner(processor, 1.0, 0.1)
    checks = [_plain(loader, [2, 8, 14, LENGTH])]
    told: list[dict[str, float]] = []
    train(Act(config), learner, loader, checks, loader._settings, tmp_path, lambda step, figures: told.append(figures))
    rows = [figures["validation rows"] for figures in told if "validation rows" in figures]
    trained = [figures["rows"] for figures in told if "rows" in figures]
    assert trained[-1] < 0.5 * trained[0]
    assert rows[-1] < rows[0]
    assert {"validation hands_soon_mm", "validation fingers_later_mm"} <= set(told[-1])
    assert load_act(tmp_path / "checkpoint")[0].config.rows == config.rows
