"""Training with a pretrained backbone, by the same loop."""

from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from reaching import reaching
from small import SENTENCES, small_config, small_processor
from small_backbones import save_backbone

from tandem.cell import paths
from tandem.learning.training.loader import Loader
from tandem.learning.training.losses import VlaLearner
from tandem.learning.training.passages import Passages
from tandem.learning.training.run import train
from tandem.learning.training.settings import TrainingSettings
from tandem.policy.vla.backbone_loading import BackboneSource, load_backbone, prepare_backbone, with_backbone
from tandem.policy.vla.checkpoint import load_checkpoint
from tandem.policy.vla.modeling import TandemVla
from tandem.policy.vla.processing import TandemVlaProcessor


class Noise:
    """Images of nothing."""

    def images(self, frames: np.ndarray, cameras: tuple[str, ...], size: int) -> np.ndarray:
        return np.random.default_rng(int(frames[0])).integers(0, 255, (len(frames), len(cameras), size, size, 3), np.uint8)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_backbone(tmp_path_factory.mktemp("smolvlm"), "smolvlm")


def _train(saved: Path, folder: Path, steps: int, **changes: object) -> TandemVla:
    torch.manual_seed(0)
    wanted = BackboneSource(str(saved), local_files_only=True, **changes)  # type: ignore[arg-type]
    loaded = load_backbone(wanted, 32)
    config = with_backbone(small_config(text_length=12), wanted, loaded)
    model = TandemVla(config, loaded.model)
    prepare_backbone(model, wanted)
    scale = small_processor(config).scale
    processor = TandemVlaProcessor(loaded.tokenizer, config.cameras, 32, text_length=12, scale=scale, image_settings=loaded.image)
    settings = TrainingSettings(
        datasets=("none",), steps=steps, batch=2, warmup=1, precision="no", save_every=2, images_share=1.0, backbone=wanted
    )
    passages = Passages.of(reaching(2))
    loader = Loader(passages, np.arange(len(passages)), Noise(), list(SENTENCES), processor, config, settings)
    learner = VlaLearner(processor, 1, 0.1, 0.1)
    checks = [loader.tensors(np.arange(2), np.random.default_rng(0), augmented=False, with_images=True)]
    train(model, learner, loader, checks, settings, folder)
    return model


def test_adapters_learn_the_rest_stays_and_a_run_goes_on(saved: Path, tmp_path: Path) -> None:
    before = load_backbone(BackboneSource(str(saved)), 32).model.state_dict()
    whole = _train(saved, tmp_path / "whole", 4, lora={"rank": 2})
    after = whole.backbone.model.state_dict()
    for name, value in after.items():
        if "lora_" not in name:
            torch.testing.assert_close(value, before[name.replace(".base_layer", "")])
    assert max(float(value.abs().max()) for name, value in after.items() if "lora_B" in name) > 0
    _train(saved, tmp_path / "parts", 2, lora={"rank": 2})
    parts = load_checkpoint(tmp_path / "parts" / "checkpoint")[0]
    assert parts.config.backbone_lora == {"rank": 2}
    state = next((tmp_path / "whole" / "state").glob("state-*.safetensors"))
    weights = tmp_path / "whole" / "checkpoint" / "model.safetensors"
    assert state.stat().st_size < 5 * weights.stat().st_size


def test_all_of_it_can_be_trained(saved: Path, tmp_path: Path) -> None:
    before = load_backbone(BackboneSource(str(saved)), 32).model.state_dict()
    after = _train(saved, tmp_path, 2).backbone.model.state_dict()
    changed = [name for name, value in after.items() if not torch.equal(value, before[name])]
    assert len(changed) > 0.5 * len(after)
    assert load_checkpoint(tmp_path / "checkpoint")[0].config.backbone["model_type"] == "smolvlm"


def test_the_files_that_come_along_say_nothing_unknown() -> None:
    folder = paths.share() / "config" / "training"
    for path in sorted(folder.glob("*.yaml")):
        if path.name.startswith("accelerate_"):
            assert yaml.safe_load(path.read_text())["mixed_precision"] == "bf16"
        else:
            TrainingSettings.load(path)
    assert TrainingSettings.load(folder / "hf.yaml").backbone == BackboneSource(
        "HuggingFaceTB/SmolVLM2-500M-Video-Instruct",
        lora={"rank": 16, "alpha": 32, "dropout": 0.05},
        gradient_checkpointing=True,
        image={"do_image_splitting": False, "size": {"longest_edge": 512}, "max_image_size": {"longest_edge": 512}},
    )
