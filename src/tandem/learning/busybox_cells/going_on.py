"""Going on from weights: their normalisation was worked into the convolutions when they were written, and stays there."""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import nn

from tandem.learning.busybox_cells.model import CellReader


def load(path: Path) -> CellReader:
    """A network with the weights of a file that `train.export` wrote.

    Raises:
        ValueError: they are of another network.
    """
    graph = onnx.load(str(path)).graph
    values = {item.name: torch.from_numpy(numpy_helper.to_array(item).copy()) for item in graph.initializer}
    stored = [tuple(values[name] for name in node.input[1:3]) for node in graph.node if node.op_type in ("Conv", "Gemm")]
    net = CellReader()
    layers = [layer for layer in net.modules() if isinstance(layer, (nn.Conv2d, nn.Linear))]
    norms = [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm2d)]
    if [tuple(layer.weight.shape) for layer in layers] != [tuple(weight.shape) for weight, _ in stored]:
        raise ValueError(f"{path} holds another network")
    with torch.no_grad():
        for layer, (weight, bias) in zip(layers, stored, strict=True):
            layer.weight.copy_(weight)
            if layer.bias is not None:
                layer.bias.copy_(bias)
        for norm, (_, bias) in zip(norms, stored, strict=False):
            norm.bias.copy_(bias)
            norm.running_var.fill_(1.0 - norm.eps)  # type: ignore[union-attr]
    return net


def freeze_normalisation(net: CellReader) -> None:
    """Keep what batches are normalised by; called after ``net.train()``."""
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.eval()
