"""From boxes to the pixels of what is in them: SAM, through transformers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedModel, SamModel

from tandem.perception.open_vocabulary.loading import load
from tandem.perception.open_vocabulary.models import Box, Masks, Rgb


class SamSegmenter:
    """Segment Anything. For one thread at a time.

    Args:
        model, processor: as loaded.
    """

    def __init__(self, model: PreTrainedModel, processor: Any) -> None:
        self._model, self._processor = model, processor

    @classmethod
    def load(cls, path: str, device: str = "") -> "SamSegmenter":
        """From a folder or the hub.

        Raises:
            ModelError: there is no such segmenter.
        """
        return cls(*load(path, "a segmenter", ("sam",), SamModel, device))

    @torch.inference_mode()
    def segment(self, rgb: Rgb, boxes: Sequence[Box]) -> Masks:
        """See `Segmenter.segment`; empty for no boxes."""
        if not boxes:
            return np.zeros((0, *rgb.shape[:2]), dtype=bool)
        corners = [[[box.left, box.top, box.right, box.bottom] for box in boxes]]
        inputs = self._processor(images=rgb, input_boxes=corners, return_tensors="pt")
        sizes = inputs["original_sizes"], inputs["reshaped_input_sizes"]
        output = self._model(
            pixel_values=inputs["pixel_values"].to(self._model.device),
            input_boxes=inputs["input_boxes"].to(self._model.device, torch.float32),
            multimask_output=False,
        )
        (masks,) = self._processor.post_process_masks(output.pred_masks.cpu(), *sizes)
        return np.asarray(masks[:, 0].numpy(), dtype=bool)
