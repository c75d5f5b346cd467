"""Two ways to compute a chunk: ONNX Runtime, the faster one on a CPU, and torch."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from tandem.policy.vla.export import OPSET, WholeModel, export_onnx, input_names
from tandem.policy.vla.modeling import Images, TandemVla

RUNTIMES = ("onnx", "torch")

Input = NDArray | dict[str, NDArray]
Inputs = Mapping[str, Input]
"""By name; images of a model with a backbone are several arrays."""


class Runner(Protocol):
    """Computes chunks from the inputs that `export.input_names` names."""

    def run(self, inputs: Inputs) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Chunks in the network's units, shape (samples, H, width), and the outlook, shape (1, 2)."""
        ...


class TorchRunner:
    """The network itself; one with a backbone on a GPU where there is one."""

    def __init__(self, model: TandemVla, samples: int, *, cameras: bool) -> None:
        self._whole = WholeModel(model, samples, cameras=cameras).eval()
        self._names = input_names(model, cameras=cameras)
        self._device = torch.device("cuda" if model.config.backbone and torch.cuda.is_available() else "cpu")
        self._whole.to(self._device)

    def run(self, inputs: Inputs) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """See `Runner`."""
        with torch.inference_mode():
            rows, outlook = self._whole(*(self._tensors(inputs[name]) for name in self._names))
        return rows.float().cpu().numpy(), outlook.float().cpu().numpy()

    def _tensors(self, value: Input) -> Images:
        if isinstance(value, dict):
            return {name: torch.from_numpy(part).to(self._device) for name, part in value.items()}
        return torch.from_numpy(np.ascontiguousarray(value)).to(self._device)


class OnnxRunner:
    """Its graph, which is written to the user's cache the first time."""

    def __init__(self, model: TandemVla, samples: int, *, cameras: bool, threads: int = 1) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        path = _graph(model, samples, cameras=cameras)
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._names = input_names(model, cameras=cameras)

    def run(self, inputs: Inputs) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """See `Runner`."""
        rows, outlook = self._session.run(None, {name: inputs[name] for name in self._names})
        return np.asarray(rows), np.asarray(outlook)


def make_runner(runtime: str, model: TandemVla, samples: int, *, cameras: bool, threads: int = 1) -> Runner:
    """The runner of that name, one of `RUNTIMES`; a model with a backbone is run by torch."""
    if runtime == "torch" or model.config.backbone:
        return TorchRunner(model, samples, cameras=cameras)
    return OnnxRunner(model, samples, cameras=cameras, threads=threads)


def _graph(model: TandemVla, samples: int, *, cameras: bool) -> Path:
    """The graph of exactly these weights; other processes may write it at the same time."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tandem" / "onnx"
    path = folder / f"{_digest(model)}-{samples}{'-cameras' if cameras else ''}.onnx"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as new:
            written = export_onnx(model, Path(new) / path.name, samples=samples, cameras=cameras)
            os.replace(written, path)
    return path


def _digest(model: TandemVla) -> str:
    """Of weights and shape."""
    digest = hashlib.blake2b(f"{OPSET} {torch.__version__} {model.config.to_json_string()}".encode(), digest_size=12)
    for name, value in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().float().contiguous().numpy().tobytes())
    return digest.hexdigest()
