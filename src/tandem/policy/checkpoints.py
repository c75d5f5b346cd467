"""Checkpoints of any model: folders with weights as safetensors and settings as JSON. Nothing in them is unpickled or run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel, ProcessorMixin

from tandem.cell import names

WEIGHTS, CONFIG, PROCESSOR = "model.safetensors", "config.json", "processor_config.json"

_UNSAFE = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".npy", ".npz", ".joblib", ".py", ".so"}

_WHERE = {"tandem_vla": "give it to --policy vla", "tandem_act": "give it to --policy act"}


class CheckpointError(ValueError):
    """A checkpoint can't be used; the message says what is wrong with it and what to do."""


def read_settings(folder: Path, kind: str) -> dict[str, Any]:
    """The configuration of a checkpoint, once it is seen that the folder holds one of that ``model_type`` and nothing else.

    Raises:
        CheckpointError: it doesn't.
    """
    settings = _read(folder, kind)
    _refuse_foreign_files(folder, settings, kind)
    return settings[CONFIG]


def _read(folder: Path, kind: str) -> dict[str, dict[str, Any]]:
    if not folder.is_dir():
        raise CheckpointError(f"{folder} is no folder; a checkpoint is the folder 'checkpoint' that `tandem train` leaves")
    read = {}
    for name in (CONFIG, PROCESSOR):
        try:
            read[name] = json.loads((folder / name).read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise CheckpointError(f"{folder} has no {name}: it isn't a checkpoint of {kind}, or not all of it") from error
        except (ValueError, OSError) as error:
            raise CheckpointError(f"{folder}/{name} can't be read: {error}") from error
        if not isinstance(read[name], dict):
            raise CheckpointError(f"{folder}/{name} is not a JSON object")
    return read


def _refuse_foreign_files(folder: Path, settings: Mapping[str, Mapping[str, Any]], kind: str) -> None:
    for path in sorted(folder.iterdir()):
        if path.suffix in _UNSAFE:
            raise CheckpointError(
                f"{path} could run code when loaded; weights must be in {WEIGHTS} alone: delete it or convert it"
            )
    for name, entries in settings.items():
        if _names_code(entries):
            raise CheckpointError(f"{folder}/{name} names code of its own (auto_map), which is never run")
    found = settings[CONFIG].get("model_type")
    if found != kind:
        instead = _WHERE.get(str(found), "serve it with `tandem serve`")
        raise CheckpointError(f"{folder} holds a model of type '{found}', not {kind}; {instead}")
    if not (folder / WEIGHTS).is_file():
        raise CheckpointError(f"{folder} has no {WEIGHTS}")


def _names_code(entries: Any) -> bool:
    """Whether a configuration, or one inside it, names code to be loaded."""
    if isinstance(entries, Mapping):
        return "auto_map" in entries or any(_names_code(value) for value in entries.values())
    return isinstance(entries, list) and any(_names_code(value) for value in entries)


def check_integers(folder: Path, config: PretrainedConfig, limits: Mapping[str, tuple[int, int]]) -> None:
    """See that fields of a configuration are integers within limits.

    Raises:
        CheckpointError: one isn't.
    """
    for field, (least, most) in limits.items():
        value = getattr(config, field)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise CheckpointError(f"{folder}: {field} is {value!r}, not an integer from {least} to {most}")


def read_processor(folder: Path, kind: type[ProcessorMixin]) -> Any:
    """The processor of a checkpoint.

    Raises:
        CheckpointError: it can't be read.
    """
    try:
        return kind.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:
        raise CheckpointError(f"{folder}: the processor can't be read: {error}") from error


def check_cell(folder: Path, config: PretrainedConfig, processor: Any) -> None:
    """See that joints, cameras, image size and time are this cell's, and that configuration and processor agree.

    Raises:
        CheckpointError: they don't.
    """
    if tuple(processor.joint_names) != names.JOINTS:
        differing = next((pair for pair in zip(processor.joint_names, names.JOINTS, strict=False) if pair[0] != pair[1]), None)
        what = f"'{differing[0]}' where this cell has '{differing[1]}'" if differing else f"{len(processor.joint_names)} of them"
        raise CheckpointError(f"{folder}: the model was trained with other joints: {what}")
    for cameras in (config.cameras, processor.cameras):
        if unknown := [camera for camera in cameras if camera not in names.CAMERAS]:
            raise CheckpointError(f"{folder}: the model wants camera '{unknown[0]}'; this cell has {', '.join(names.CAMERAS)}")
    if list(config.cameras) != list(processor.cameras) or config.image_size != processor.image_size:
        raise CheckpointError(f"{folder}: {CONFIG} and {PROCESSOR} name different cameras or image sizes")
    if abs(config.step_dt - processor.step_dt) > 1e-9:
        raise CheckpointError(f"{folder}: {CONFIG} and {PROCESSOR} name different times between rows")


def fill(folder: Path, model: nn.Module) -> None:
    """Read the weights, each of which must be there, of its shape, and finite.

    Raises:
        CheckpointError: one isn't, or there are others.
    """
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


def save_half(model: PreTrainedModel, processor: ProcessorMixin, folder: Path) -> None:
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
