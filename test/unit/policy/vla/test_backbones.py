"""Pretrained image-text models of several families in the place of the small encoders."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from small import SENTENCES, small_config, small_processor
from small_backbones import FAMILIES, save_backbone
from torch import Tensor

from tandem.policy.checkpoints import CheckpointError
from tandem.policy.vla import features
from tandem.policy.vla.backbone import backbone_shape, merge_lora
from tandem.policy.vla.backbone_loading import (
    BackboneError,
    BackboneSource,
    load_backbone,
    prepare_backbone,
    with_backbone,
)
from tandem.policy.vla.checkpoint import load_checkpoint
from tandem.policy.vla.export import export_onnx
from tandem.policy.vla.modeling import Context, TandemVla
from tandem.policy.vla.processing import TandemVlaProcessor

LORA = {"rank": 2, "alpha": 4}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    made: dict[str, Path] = {}

    def folder(family: str) -> Path:
        if family not in made:
            made[family] = save_backbone(tmp_path_factory.mktemp(family), family)
        return made[family]

    return folder


def _model(folder: Path, **changes: object) -> tuple[TandemVla, TandemVlaProcessor]:
    wanted = BackboneSource(str(folder), local_files_only=True, **changes)  # type: ignore[arg-type]
    loaded = load_backbone(wanted, 32)
    torch.manual_seed(1)
    config = with_backbone(small_config(text_length=12), wanted, loaded)
    model = TandemVla(config, loaded.model)
    prepare_backbone(model, wanted)
    plain = small_processor(config)
    processor = TandemVlaProcessor(
        loaded.tokenizer,
        cameras=config.cameras,
        image_size=32,
        text_length=12,
        scale=plain.scale,
        image_settings=loaded.image,
    )
    return model.eval(), processor


def _look(model: TandemVla, processor: TandemVlaProcessor, images: Tensor | None, there: Tensor | None = None) -> Context:
    words, read = processor.words(SENTENCES[:2])
    config, generator = model.config, torch.Generator().manual_seed(3)
    hands = torch.randn(2, 2, config.hand_width, generator=generator)
    objects = torch.zeros(2, config.objects, config.object_width)
    looked = None if images is None else processor.looked(images, there)
    none, known = torch.zeros(2, config.objects, dtype=torch.bool), torch.zeros(2, config.rows, config.action_width)
    given = torch.zeros(2, config.rows, dtype=torch.bool)
    anchors = torch.zeros(2, config.rows, 2, features.ANCHORS, 3)
    return model.look(hands, objects, none, anchors, words, read, known, given, looked, there)


def _images() -> Tensor:
    return torch.rand(2, 3, 3, 32, 32, generator=torch.Generator().manual_seed(4))


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_sees_reads_and_survives_a_checkpoint(saved: Callable[[str], Path], family: str, tmp_path: Path) -> None:
    model, processor = _model(saved(family))
    with torch.no_grad():
        seen, other, blind = (_look(model, processor, images) for images in (_images(), 1 - _images(), None))
    assert seen.mask.shape[-1] > blind.mask.shape[-1]
    assert (seen.outlook - other.outlook).abs().max() > 1e-6
    model.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    with torch.no_grad():
        again = _look(*load_checkpoint(tmp_path), _images())
    torch.testing.assert_close(again.outlook, seen.outlook)
    assert not [path for path in tmp_path.iterdir() if path.suffix not in (".json", ".safetensors", ".jinja")]


@pytest.mark.parametrize("family", ["smolvlm", "phi4_multimodal"])
def test_a_camera_that_is_away_tells_nothing(saved: Callable[[str], Path], family: str) -> None:
    model, processor = _model(saved(family))
    there = torch.tensor([[True, False, True], [True, True, True]])
    changed = _images()
    changed[0, 1] = 0.7
    with torch.no_grad():
        a, b = (_look(model, processor, images, there).outlook for images in (_images(), changed))
    torch.testing.assert_close(a, b)


def test_adapters_alone_are_trained_saved_and_worked_in(saved: Callable[[str], Path], tmp_path: Path) -> None:
    plain, processor = _model(saved("smolvlm"))
    model, _ = _model(saved("smolvlm"), lora=LORA)
    trained = [name for name, value in model.backbone.model.named_parameters() if value.requires_grad]
    assert trained
    assert all("lora_" in name for name in trained)
    model.backbone.project.load_state_dict(plain.backbone.project.state_dict())
    with torch.no_grad():  # fresh adapters change nothing
        torch.testing.assert_close(_look(model, processor, _images()).outlook, _look(plain, processor, _images()).outlook)
        for name, value in model.backbone.model.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(value, std=0.3)
    model.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    again, _ = load_checkpoint(tmp_path)
    with torch.no_grad():
        before = _look(model, processor, _images()).outlook
        torch.testing.assert_close(_look(again, processor, _images()).outlook, before)
        merge_lora(again)
        torch.testing.assert_close(_look(again, processor, _images()).outlook, before, atol=1e-4, rtol=1e-3)


def test_weights_are_those_of_the_folder_and_stay_when_frozen(saved: Callable[[str], Path]) -> None:
    folder = saved("qwen2_5_vl")
    stored = load_backbone(BackboneSource(str(folder)), 32).model.state_dict()
    model, _ = _model(folder, frozen="vision")
    for name, value in model.backbone.model.state_dict().items():
        torch.testing.assert_close(value, stored[name])
    frozen = {name.split(".")[0] for name, value in model.backbone.model.named_parameters() if not value.requires_grad}
    assert frozen == {"visual"}
    with pytest.raises(ValueError, match="none, vision or all"):
        _model(folder, frozen="half")


def test_halved_weights_and_checkpointed_gradients_train(saved: Callable[[str], Path]) -> None:
    model, processor = _model(saved("smolvlm"), lora=LORA, dtype="bfloat16", gradient_checkpointing=True)
    assert {value.dtype for name, value in model.backbone.model.named_parameters() if "lora_" not in name} == {torch.bfloat16}
    model.train()
    with torch.autocast("cpu", torch.bfloat16):
        _look(model, processor, _images()).outlook.sum().backward()
    grads = [value.grad for name, value in model.backbone.model.named_parameters() if "lora_B" in name and "vision" not in name]
    assert any(grad is not None and float(grad.abs().max()) > 0 for grad in grads)


def test_what_can_not_be_loaded_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BackboneError, match="a name on the hub"):
        load_backbone(BackboneSource("nobody/nothing", local_files_only=True), 32)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "evil", "auto_map": {"AutoConfig": "evil.Config"}}))
    (tmp_path / "evil.py").write_text("raise SystemExit")
    with pytest.raises(BackboneError, match="can't be loaded"):
        load_backbone(BackboneSource(str(tmp_path)), 32)


def test_nothing_but_the_shape_of_a_configuration_counts() -> None:
    shape = backbone_shape(
        {"model_type": "smolvlm", "attn_implementation": "somebody/kernels", "vision_config": {"_attn_implementation": "x/y"}}
    )
    assert "kernels" not in str(shape._attn_implementation)
    assert shape.vision_config._attn_implementation != "x/y"
    with pytest.raises(ValueError, match="no class of its own"):
        backbone_shape({"model_type": "evil"})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"backbone": {"model_type": "evil"}}, "no class of its own"),
        ({"backbone": {"model_type": "smolvlm", "auto_map": {"AutoModel": "evil.Model"}}}, "never run"),
        ({"backbone": {"model_type": "smolvlm", "text_config": 7}}, "can't be made"),
        ({"backbone_image": None}, "wrong or missing"),
        ({"backbone_image": {"token": -1, "count": 4}}, "token numbers"),
        ({"backbone_dtype": "int4"}, "wrong or missing"),
    ],
)
def test_a_bad_checkpoint_is_refused(saved: Callable[[str], Path], changes: dict, says: str, tmp_path: Path) -> None:
    model, processor = _model(saved("smolvlm"))
    model.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    with pytest.raises(CheckpointError, match=says):
        load_checkpoint(tmp_path)


def test_it_is_not_exported(saved: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="only the small one"):
        export_onnx(_model(saved("smolvlm"))[0], tmp_path / "model.onnx", samples=1)
