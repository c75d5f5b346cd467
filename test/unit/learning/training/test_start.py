"""What a training run begins with: a new model, or one that has learned before."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from reaching import reaching
from small import SENTENCES, small_checkpoint

from tandem.learning.training import start
from tandem.learning.training.passages import Frames
from tandem.learning.training.settings import TrainingSettings
from tandem.policy.checkpoints import CheckpointError

SHAPE = {"width": 32, "heads": 4, "context_layers": 1, "expert_layers": 2, "image_size": 32, "vision_channels": [8, 16, 16]}


class Demonstrations:
    """What a `Source` gives, made up."""

    frames: Frames = reaching(6)
    sentences = SENTENCES
    hashes: ClassVar[dict[str, str]] = {"here": "0" * 64}

    @classmethod
    def open(cls, folders: object) -> "Demonstrations":
        return cls()

    def images(self, frames: np.ndarray, cameras: tuple[str, ...], size: int) -> np.ndarray:
        return np.zeros((len(frames), len(cameras), size, size, 3), np.uint8)


@pytest.fixture(autouse=True)
def demonstrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "Source", Demonstrations)


def _settings(**changes: object) -> TrainingSettings:
    return TrainingSettings(datasets=("here",), batch=8, precision="no", steps=2, save_every=2, **changes)  # type: ignore[arg-type]


def test_a_new_model_has_the_shape_that_was_asked_for() -> None:
    made = start.prepare(_settings(model=SHAPE))
    assert made.model.config.width == 32
    assert made.learner.processor.trained_on["datasets"] == Demonstrations.hashes
    assert "before" not in made.learner.processor.trained_on


def test_one_that_learned_before_goes_on_with_its_weights_and_words(tmp_path: Path) -> None:
    checkpoint = small_checkpoint(tmp_path / "before")
    made = start.prepare(_settings(start_from=str(checkpoint)))
    again, processor = start.load_checkpoint(checkpoint)
    for name, value in again.state_dict().items():
        torch.testing.assert_close(made.model.state_dict()[name], value, msg=name)
    assert made.learner.processor.tokenizer.get_vocab() == processor.tokenizer.get_vocab()
    assert made.learner.processor.trained_on["before"] == processor.trained_on
    start.run(_settings(start_from=str(checkpoint)), tmp_path / "run", lambda step, figures: None)
    learned, _ = start.load_checkpoint(tmp_path / "run" / "checkpoint")
    assert any(not torch.equal(value, again.state_dict()[name]) for name, value in learned.state_dict().items())


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError):
        start.prepare(_settings(start_from=str(tmp_path)))


def test_a_shape_besides_a_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text("datasets: [here]\nstart_from: models/small\nmodel: {width: 32}\n")
    with pytest.raises(ValueError, match="has its shape"):
        TrainingSettings.load(path)
