"""A checkpoint that isn't one of ours for this cell is refused, with what is wrong; nothing of it is run."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from small import small_checkpoint
from typer.testing import CliRunner

from tandem.cli.app import build_app
from tandem.policy.checkpoints import CheckpointError
from tandem.policy.vla.checkpoint import load_checkpoint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_checkpoint(tmp_path / "checkpoint")


def test_a_good_one_loads_and_survives_half_precision(folder: Path, tmp_path: Path) -> None:
    model, _ = load_checkpoint(folder)
    words = ["export", "--half", "--checkpoint", str(folder), "--out", str(tmp_path / "half")]
    assert CliRunner().invoke(build_app("export"), words).exit_code == 0
    again, _ = load_checkpoint(tmp_path / "half")
    for (name, value), other in zip(model.state_dict().items(), again.state_dict().values(), strict=True):
        np.testing.assert_allclose(value.numpy(), other.numpy(), rtol=2e-3, atol=1e-4, err_msg=name)
    assert (tmp_path / "half" / "model.safetensors").stat().st_size < 0.6 * (folder / "model.safetensors").stat().st_size


def _edit(name: str, change: Callable[[dict], object]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / name
        entries = json.loads(path.read_text())
        change(entries)
        path.write_text(json.dumps(entries))

    return apply


def _weights(change: Callable[[dict], object]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        tensors = load_file(folder / "model.safetensors")
        change(tensors)
        save_file(tensors, folder / "model.safetensors")

    return apply


def _cut_off(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])


class _Bomb:
    def __reduce__(self) -> tuple:
        return Path.touch, (Path("exploded"),)


def _add_pickle(folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(_Bomb()))


def _pickle_as_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(pickle.dumps(_Bomb()))


_BOTH = ("config.json", "processor_config.json")


def _other_cameras(folder: Path) -> None:
    for name in _BOTH:
        _edit(name, lambda entries: entries.update(cameras=["front_camera", "left_wrist_camera", "right_wrist_camera"]))(folder)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "config.json").unlink(), "has no config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "can't be read"),
        (lambda folder: (folder / "config.json").write_text("[]"), "not a JSON object"),
        (lambda folder: (folder / "model.safetensors").unlink(), "has no model.safetensors"),
        (_edit("config.json", lambda entries: entries.update(model_type="pi0")), "'pi0'"),
        (_edit("config.json", lambda entries: entries.update(auto_map={"AutoModel": "evil.Model"})), "never run"),
        (_edit("config.json", lambda entries: entries.update(object_width=7)), "object_width is 7"),
        (_edit("config.json", lambda entries: entries.update(rows=10**9)), "rows is"),
        (_edit("config.json", lambda entries: entries.update(rows_patch=3)), "not a multiple of rows_patch"),
        (_edit("config.json", lambda entries: entries.update(rows_patch=0)), "rows_patch is"),
        (_other_cameras, "front_camera"),
        (_edit("processor_config.json", lambda entries: entries.update(image_size=64)), "image sizes"),
        (_edit("processor_config.json", lambda entries: entries["joint_names"].reverse()), "other joints"),
        (_edit("processor_config.json", lambda entries: entries.update(scale={})), "normalisation"),
        (_edit("processor_config.json", lambda entries: entries["scale"]["position"].pop()), "normalisation"),
        (_edit("processor_config.json", lambda entries: entries["scale"].update(fingers=[float("nan")] * 16)), "normalisation"),
        (_edit("processor_config.json", lambda entries: entries["scale"].update(position=[1e6] * 16)), "proportion"),
        (_cut_off, "damaged"),
        (_weights(lambda tensors: tensors.pop("readout")), "readout"),
        (_weights(lambda tensors: tensors.update(backdoor=np.zeros(3, np.float32))), "backdoor"),
        (_weights(lambda tensors: tensors.update(readout=np.zeros((2, 2), np.float32))), "has shape (2, 2)"),
        (_weights(lambda tensors: tensors["readout"].fill(np.nan)), "not finite"),
        (_add_pickle, "could run code"),
        (_pickle_as_weights, "damaged"),
        (lambda folder: (folder / "modeling.py").write_text("raise SystemExit"), "could run code"),
    ],
)
def test_a_bad_one_is_refused(
    folder: Path, spoil: Callable[[Path], None], says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    spoil(folder)
    with pytest.raises(CheckpointError, match=says.replace("(", r"\(").replace(")", r"\)")):
        load_checkpoint(folder)
    assert not (tmp_path / "exploded").exists()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="tandem train"):
        load_checkpoint(tmp_path / "nothing")
