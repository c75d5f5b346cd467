"""Checkpoints: folders with weights as safetensors and settings as JSON. Nothing in them is unpickled or run."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open

from tandem.cell import names
from tandem.policy.vla.configuration import TandemVlaConfig
from tandem.policy.vla.modeling import TandemVla
from tandem.policy.vla.processing import TandemVlaProcessor

WEIGHTS, CONFIG, PROCESSOR = "model.safetensors", "config.json", "processor_config.json"

_UNSAFE = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".npy", ".npz", ".joblib", ".py", ".so"}


class CheckpointError(ValueError):
    """A checkpoint can't be used; the message says what is wrong with it and what to do."""


def load_checkpoint(folder: Path) -> tuple[TandemVla, TandemVlaProcessor]:
    """A model ready to be asked, in single precision, and its processor.

    Raises:
        CheckpointError: the folder is no checkpoint of this model for this cell.
    """
    settings = _settings(folder)
    _refuse_foreign_files(folder, settings)
    config = TandemVlaConfig.from_dict(settings[CONFIG])
    _check_shape(folder, config)
    try:
        processor = TandemVlaProcessor.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:
        raise CheckpointError(f"{folder}: the processor can't be read: {error}") from error
    _check_cell(folder, config, processor)
    model = TandemVla(config).eval()
    _fill(folder, model)
    return model, processor


def _settings(folder: Path) -> dict[str, dict[str, Any]]:
    if not folder.is_dir():
        raise CheckpointError(f"{folder} is no folder; a checkpoint is the folder 'checkpoint' that `tandem train` leaves")
    read = {}
    for name in (CONFIG, PROCESSOR):
        try:
            read[name] = json.loads((folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise CheckpointError(f"{folder} has no {name}: it isn't a checkpoint of tandem_vla, or not all of it") from error
        except (ValueError, OSError) as error:
            raise CheckpointError(f"{folder}/{name} can't be read: {error}") from error
        if not isinstance(read[name], dict):
            raise CheckpointError(f"{folder}/{name} is not a JSON object")
    return read


def _refuse_foreign_files(folder: Path, settings: dict[str, dict[str, Any]]) -> None:
    for path in sorted(folder.iterdir()):
        if path.suffix in _UNSAFE:
            raise CheckpointError(
                f"{path} could run code when loaded; weights must be in {WEIGHTS} alone: delete it or convert it"
            )
    for name, entries in settings.items():
        if "auto_map" in entries:
            raise CheckpointError(f"{folder}/{name} names code of its own (auto_map), which is never run")
    kind = settings[CONFIG].get("model_type")
    if kind != TandemVlaConfig.model_type:
        raise CheckpointError(
            f"{folder} holds a model of type '{kind}', not {TandemVlaConfig.model_type}; serve it with `tandem serve`"
        )
    if not (folder / WEIGHTS).is_file():
        raise CheckpointError(f"{folder} has no {WEIGHTS}")


def _check_shape(folder: Path, config: TandemVlaConfig) -> None:
    ours = TandemVlaConfig()
    for field in ("objects", "hand_width", "object_width", "touch_width", "felt_width", "action_width"):
        if getattr(config, field) != getattr(ours, field):
            raise CheckpointError(
                f"{folder}: {field} is {getattr(config, field)}, but this version makes {getattr(ours, field)}: train it anew"
            )
    for field, least, most in (("rows", 4, 200), ("width", 16, 8192), ("flow_steps", 1, 100), ("touch_samples", 1, 100)):
        value = getattr(config, field)
        if not isinstance(value, int) or not least <= value <= most:
            raise CheckpointError(f"{folder}: {field} is {value!r}, not an integer from {least} to {most}")


def _check_cell(folder: Path, config: TandemVlaConfig, processor: TandemVlaProcessor) -> None:
    if tuple(processor.joint_names) != names.JOINTS:
        differing = next((pair for pair in zip(processor.joint_names, names.JOINTS, strict=False) if pair[0] != pair[1]), None)
        what = f"'{differing[0]}' where this cell has '{differing[1]}'" if differing else f"{len(processor.joint_names)} of them"
        raise CheckpointError(f"{folder}: the model was trained with other joints: {what}")
    for cameras in (config.cameras, processor.cameras):
        if unknown := [camera for camera in cameras if camera not in names.CAMERAS]:
            raise CheckpointError(f"{folder}: the model wants camera '{unknown[0]}'; this cell has {', '.join(names.CAMERAS)}")
    if list(config.cameras) != list(processor.cameras) or config.image_size != processor.image_size:
        raise CheckpointError(f"{folder}: config.json and processor_config.json name different cameras or image sizes")
    if abs(config.step_dt - processor.step_dt) > 1e-9:
        raise CheckpointError(f"{folder}: config.json and processor_config.json name different times between rows")
    try:
        scale = processor.row_scale
    except (ValueError, TypeError) as error:
        raise CheckpointError(f"{folder}: the normalisation of actions is wrong or missing: {error}") from error
    if scale.shape != (config.rows, config.action_width):
        raise CheckpointError(f"{folder}: the normalisation is for {len(scale)} rows, the model makes {config.rows}")
    if not (scale.min() > 1e-5 and scale.max() < 20.0):
        raise CheckpointError(
            f"{folder}: the normalisation of actions is out of all proportion ({scale.min():.1e} to {scale.max():.1e})"
        )


def _fill(folder: Path, model: TandemVla) -> None:
    """Read the weights, each of which must be there, of its shape, and finite."""
    wanted = dict(model.state_dict())
    try:
        with safe_open(str(folder / WEIGHTS), framework="pt") as stored:
            names_there = set(stored.keys())
            if missing := sorted(set(wanted) - names_there):
                raise CheckpointError(f"{folder}: {len(missing)} weights are missing, the first is {missing[0]}")
            if extra := sorted(names_there - set(wanted)):
                raise CheckpointError(f"{folder}: {len(extra)} weights don't belong to the model, the first is {extra[0]}")
            for name, place in wanted.items():
                shape = tuple(stored.get_slice(name).get_shape())
                if shape != tuple(place.shape):
                    raise CheckpointError(f"{folder}: {name} has shape {shape}, not {tuple(place.shape)}")
                value = stored.get_tensor(name).float()
                if not bool(torch.isfinite(value).all()):
                    raise CheckpointError(f"{folder}: {name} holds numbers that are not finite")
                with torch.no_grad():
                    place.copy_(value)
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{folder}/{WEIGHTS} is damaged: {error}") from error


def save_half(model: TandemVla, processor: TandemVlaProcessor, folder: Path) -> None:
    """Write a checkpoint in half precision, to be shipped.

    Raises:
        ValueError: a weight doesn't fit into half precision.
    """
    most = max(float(value.abs().max()) for value in model.state_dict().values() if value.numel())
    if most > float(np.finfo(np.float16).max):
        raise ValueError(f"a weight of {most:.1e} doesn't fit into half precision")
    model.half().save_pretrained(folder)
    model.float()
    processor.save_pretrained(folder)
