"""Models of transformers from a folder or the hub: weights in safetensors only, never code that comes with them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoProcessor, PreTrainedModel

from tandem.perception.open_vocabulary.models import ModelError


def load(path: str, what: str, types: Sequence[str], kind: Any, device: str) -> tuple[PreTrainedModel, Any]:
    """A model with what prepares its input.

    Args:
        path: a folder, or a name on the hub.
        what: it is to be, for messages.
        types: ``model_type`` that it may have.
        kind: class, or auto class, that loads its weights.
        device: of torch; empty for the first GPU where there is one.

    Raises:
        ModelError: it isn't there, is something else, or is broken.
    """
    try:
        config = AutoConfig.from_pretrained(path, trust_remote_code=False)
        if config.model_type not in types:
            raise ModelError(f"{path} holds a model of type '{config.model_type}'; {what} is one of {', '.join(types)}")
        # Processors that need no torchvision, and do the same on every machine.
        processor = AutoProcessor.from_pretrained(path, trust_remote_code=False, backend="pil")
        model, told = kind.from_pretrained(path, trust_remote_code=False, use_safetensors=True, output_loading_info=True)
        missing = sorted({name for name, _ in model.named_parameters()} & set(told["missing_keys"]))
        if missing:
            raise ModelError(f"{path} lacks {len(missing)} weights of {what}, for example {missing[0]}")
        return model.eval().to(torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))), processor
    except ModelError:
        raise
    except Exception as error:  # transformers, tokenizers and safetensors raise whatever they like
        raise ModelError(f"{what} can't be loaded from {path}: {_first_line(error)}. {_remedy(path)}") from error


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".") if lines else type(error).__name__


def _remedy(path: str) -> str:
    folder = Path(path).expanduser()
    if folder.is_dir():
        files = "config.json, model.safetensors, and the files of its processor"
        weights = [entry.name for entry in folder.glob("*.bin")] + [entry.name for entry in folder.glob("*.pt*")]
        if weights and not list(folder.glob("*.safetensors")):
            return f"Only safetensors are read, since {weights[0]} may run code; save it with safe_serialization"
        return f"The folder must hold {files}, as save_pretrained writes them"
    if path.startswith(("/", ".", "~")) or path.count("/") > 1:
        return "There is no such folder"
    return "Without a way to the hub, download it on another machine (`hf download`) and give the folder instead"
