"""The model as one ONNX graph: for ONNX Runtime on a CPU, which is about twice as fast as torch there, and for TensorRT."""

import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tandem.policy.vla import features
from tandem.policy.vla.modeling import Images, TandemVla

INPUTS = ("hands", "objects", "objects_there", "anchors", "words", "words_there", "images", "touch", "noise", "known", "given")
"""Of the graph, in order; ``images`` is left out of a graph without cameras, ``touch`` of a model without touch."""

OUTPUTS = ("rows", "outlook")

OPSET = 18


class WholeModel(nn.Module):
    """Looks once and draws several chunks: `TandemVla.look` and `TandemVla.draw` in one."""

    def __init__(self, model: TandemVla, samples: int, *, cameras: bool) -> None:
        super().__init__()
        self.model, self.samples, self.cameras = model, samples, cameras

    def forward(self, *given: Images) -> tuple[Tensor, Tensor]:
        """Inputs as in `input_names`, each for one observation; chunks of shape (samples, H, width), outlook of shape (1, 2)."""
        named: dict[str, Any] = dict(zip(input_names(self.model, cameras=self.cameras), given, strict=True))
        count = self.samples
        context = self.model.look(
            named["hands"],
            named["objects"],
            named["objects_there"],
            named["anchors"],
            named["words"],
            named["words_there"],
            named["known"],
            named["given"],
            named.get("images"),
            touch=named.get("touch"),
        )
        rows = self.model.draw(context.repeated(count), named["noise"])
        return rows, context.outlook


def input_names(model: TandemVla, *, cameras: bool) -> tuple[str, ...]:
    """Inputs of the graph of a model."""
    absent = (() if cameras else ("images",)) + (() if model.config.use_touch else ("touch",))
    return tuple(name for name in INPUTS if name not in absent)


def example(model: TandemVla, samples: int, *, cameras: bool) -> tuple[Tensor, ...]:
    """Inputs of the right shapes."""
    shape, size = model.config, model.config.image_size
    there = torch.ones(1, shape.objects, dtype=torch.bool)
    values = {
        "hands": torch.zeros(1, 2, shape.hand_width),
        "objects": torch.zeros(1, shape.objects, shape.object_width),
        "objects_there": there,
        "anchors": torch.zeros(1, shape.rows, 2, features.ANCHORS, 3),
        "words": torch.zeros(1, shape.text_length, dtype=torch.long),
        "words_there": torch.ones(1, shape.text_length, dtype=torch.bool),
        "images": torch.zeros(1, len(shape.cameras), 3, size, size),
        "touch": torch.zeros(1, shape.touch_samples, 2, shape.touch_width),
        "noise": torch.zeros(samples, shape.rows, shape.action_width),
        "known": torch.zeros(1, shape.rows, shape.action_width),
        "given": torch.arange(shape.rows)[None] < 2,
    }
    return tuple(values[name] for name in input_names(model, cameras=cameras))


def export_onnx(model: TandemVla, path: Path, *, samples: int, cameras: bool = True) -> Path:
    """Write the graph, weights included.

    Raises:
        ValueError: the model has a backbone.
    """
    if model.config.backbone:
        raise ValueError("a model with a pretrained backbone has no ONNX graph: only the small one is made for edge devices")
    whole = WholeModel(model.float().eval(), samples, cameras=cameras).eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            whole,
            example(model, samples, cameras=cameras),
            str(path),
            input_names=list(input_names(model, cameras=cameras)),
            output_names=list(OUTPUTS),
            opset_version=OPSET,
            dynamo=False,
        )
    return path
