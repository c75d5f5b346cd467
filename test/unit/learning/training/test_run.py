"""Training: it learns, it goes on where it was, and nothing depends on chance."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from reaching import reaching
from small import SENTENCES, small_config, small_processor

from tandem.learning.training.loader import Loader
from tandem.learning.training.losses import VlaLearner
from tandem.learning.training.passages import Passages
from tandem.learning.training.run import rate, train
from tandem.learning.training.settings import TrainingSettings
from tandem.policy.vla.checkpoint import load_checkpoint
from tandem.policy.vla.modeling import TandemVla


class Noise:
    """Images of nothing."""

    def images(self, frames: np.ndarray, cameras: tuple[str, ...], size: int) -> np.ndarray:
        return np.random.default_rng(int(frames[0])).integers(0, 255, (len(frames), len(cameras), size, size, 3), np.uint8)


def _settings(steps: int, **changes: object) -> TrainingSettings:
    given = {"batch": 16, "warmup": 5, "learning_rate": 3e-3, "precision": "no", "save_every": 10, "ema": 0.9}
    return TrainingSettings(datasets=("none",), steps=steps, **{**given, **changes})  # type: ignore[arg-type]


def _run(folder: Path, steps: int, stop_at: int | None = None, **changes: object) -> tuple[TandemVla, list[dict[str, float]]]:
    torch.manual_seed(0)
    config = small_config()
    model, processor = TandemVla(config), small_processor(config)
    passages = Passages.of(reaching(6))
    settings = _settings(steps, **changes)
    loader = Loader(passages, np.arange(len(passages)), Noise(), list(SENTENCES), processor, config, settings)
    validation = [loader.tensors(np.arange(8), np.random.default_rng(0), augmented=False, with_images=True)]
    told: list[dict[str, float]] = []

    def note(step: int, figures: dict[str, float]) -> None:
        told.append(figures)
        if stop_at is not None and step + 1 >= stop_at and "validation rows" in figures:
            raise KeyboardInterrupt

    learner = VlaLearner(processor, settings.draws, settings.outlook_weight, settings.felt_weight)
    train(model, learner, loader, validation, settings, folder, note)
    return model, told


def test_it_learns(tmp_path: Path) -> None:
    _, told = _run(tmp_path, 150, images_share=0.05)
    rows = [figures["validation rows"] for figures in told if "validation rows" in figures]
    assert rows[-1] < 0.5 * rows[0]
    report = json.loads((tmp_path / "training.json").read_text())
    assert report["step"] == 150
    model, _ = load_checkpoint(tmp_path / "checkpoint")
    assert model.config.rows == 16
    assert not list(tmp_path.rglob("*.pt"))


def test_an_interrupted_run_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole, _ = _run(tmp_path / "whole", 20)
    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path / "parts", 20, stop_at=10)
    parts, _ = _run(tmp_path / "parts", 20)
    for (name, value), other in zip(whole.state_dict().items(), parts.state_dict().values(), strict=True):
        np.testing.assert_allclose(value.numpy(), other.numpy(), rtol=1e-4, atol=1e-5, err_msg=name)


def test_the_rate_rises_and_falls() -> None:
    settings = _settings(100, warmup=10)
    rates = [rate(step, settings) for step in range(100)]
    assert int(np.argmax(rates)) in (9, 10)
    assert rates[-1] < 0.05


def test_settings_name_what_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text("datasets: [here]\nlearning_rat: 1\n")
    with pytest.raises(ValueError, match="learning_rat"):
        TrainingSettings.load(path)
    path.write_text("datasets: [here]\npolicy: pi9\n")
    with pytest.raises(ValueError, match="'pi9' can't be trained"):
        TrainingSettings.load(path)
    path.write_text("steps: 5\n")
    with pytest.raises(ValueError, match="datasets"):
        TrainingSettings.load(path)
