"""Checkpoints for edge devices: an ONNX graph, in eight bits if wanted, compared with the checkpoint before it is trusted."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from tandem.policy.vla.checkpoint import load_checkpoint
from tandem.policy.vla.export import example, export_onnx, input_names
from tandem.policy.vla.modeling import TandemVla
from tandem.policy.vla.runners import TorchRunner

ALLOWED_OFF = {False: 1e-3, True: 0.5}
"""How far a row may be from the checkpoint's own, as a share of its scale: without and with eight bits."""


@dataclass(frozen=True)
class Exported:
    """A graph that was written.

    Attributes:
        path: the file.
        megabytes: its size.
        rows_off: largest difference of a row from the checkpoint's own, as a share of the row's scale.
    """

    path: Path
    megabytes: float
    rows_off: float


def export_checked(folder: Path, path: Path, *, samples: int = 3, cameras: bool = True, int8: bool = False) -> Exported:
    """Write the graph of a checkpoint; with ``int8`` its matrices in eight bits, what is added up in single precision.

    Raises:
        CheckpointError: the checkpoint can't be used.
        ValueError: it has no graph, or the graph answers something else than the checkpoint.
    """
    model, _ = load_checkpoint(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        written = export_onnx(model, Path(scratch) / "graph.onnx", samples=samples, cameras=cameras)
        if int8:
            written = _in_eight_bits(written)
        off = rows_off(model, written, samples=samples, cameras=cameras)
        if not off <= ALLOWED_OFF[int8]:
            raise ValueError(
                f"the graph's rows are off by {off:.2g} of their scale: it isn't written" + int8 * "; leave out --int8"
            )
        written.replace(path)
    return Exported(path, path.stat().st_size / 1e6, off)


def _in_eight_bits(path: Path) -> Path:
    """Weights of matrix products in eight bits, activations as they come. Convolutions stay: there it gains nothing on a CPU.

    Weights use seven of the eight bits: processors without VNNI instructions add pairs of products up in 16 bits, where full
    ones overflow.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    small = path.with_name("int8.onnx")
    quantize_dynamic(
        _weights_used_directly(path),
        small,
        op_types_to_quantize=["MatMul", "Gemm"],
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
    )
    return small


def _weights_used_directly(path: Path) -> Path:
    """Weights of layers that are the same number for number stand once in a graph, behind copying nodes that hide them."""
    import onnx

    model = onnx.load(path)
    weights = {value.name for value in model.graph.initializer}
    copies = {
        node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "Identity" and node.input[0] in weights
    }
    for node in model.graph.node:
        node.input[:] = [copies.get(name, name) for name in node.input]
    kept = [node for node in model.graph.node if node.op_type != "Identity" or node.output[0] not in copies]
    del model.graph.node[:]
    model.graph.node.extend(kept)
    direct = path.with_name("direct.onnx")
    onnx.save(model, direct)
    return direct


def rows_off(model: TandemVla, path: Path, *, samples: int, cameras: bool) -> float:
    """Largest difference of a graph's rows from the model's, for one made-up observation."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs = _made_up(model, samples, cameras=cameras)
    rows = session.run(None, inputs)[0]
    return float(np.abs(np.asarray(rows) - TorchRunner(model, samples, cameras=cameras).run(inputs)[0]).max())


def _made_up(model: TandemVla, samples: int, *, cameras: bool) -> dict[str, NDArray]:
    generator = torch.Generator().manual_seed(0)
    values = dict(zip(input_names(model, cameras=cameras), example(model, samples, cameras=cameras), strict=True))
    drawn = {
        name: torch.rand(value.shape, generator=generator) if value.is_floating_point() else value
        for name, value in values.items()
    }
    return {name: value.numpy() for name, value in drawn.items()}
