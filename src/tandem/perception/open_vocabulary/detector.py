"""From an image and phrases to boxes: OWLv2 and Grounding DINO, through transformers."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForZeroShotObjectDetection, PreTrainedModel

from tandem.perception.open_vocabulary.loading import load
from tandem.perception.open_vocabulary.models import Box, ModelError, Rgb, without_repetitions

_OWL = ("owlv2", "owlvit")
_DINO = ("grounding-dino", "mm-grounding-dino")

SMALLEST_PX = 3.0


class ZeroShotDetector:
    """A model of OWLv2's or Grounding DINO's family. For one thread at a time.

    Args:
        model, processor: as loaded.
        threshold: boxes with a smaller score are left out.
    """

    def __init__(self, model: PreTrainedModel, processor: Any, threshold: float) -> None:
        self._model, self._processor, self._threshold = model, processor, threshold
        self._is_owl = model.config.model_type in _OWL

    @classmethod
    def load(cls, path: str, threshold: float = 0.2, device: str = "") -> "ZeroShotDetector":
        """From a folder or the hub.

        Raises:
            ModelError: there is no such detector.
        """
        model, processor = load(path, "a detector", (*_OWL, *_DINO), AutoModelForZeroShotObjectDetection, device)
        one, other = (processor.tokenizer(word)["input_ids"] for word in ("cup", "pen"))
        if one == other:  # a tokenizer whose file is missing is made empty, and reads every word alike
            raise ModelError(f"{path} has no vocabulary: its tokenizer.json is missing")
        return cls(model, processor, threshold)

    @torch.inference_mode()
    def detect(self, rgb: Rgb, phrases: Sequence[str]) -> list[Box]:
        """See `Detector.detect`."""
        scores, labels, borders = (self._owl if self._is_owl else self._dino)(rgb, phrases)
        height, width = rgb.shape[:2]
        borders = borders.clip(0.0, [width, height, width, height])
        wide, high = borders[:, 2] - borders[:, 0], borders[:, 3] - borders[:, 1]
        fit = (scores > self._threshold) & (wide >= SMALLEST_PX) & (high >= SMALLEST_PX)  # NaN is no box either
        found = [Box(phrases[int(labels[k])], float(scores[k]), *map(float, borders[k])) for k in np.flatnonzero(fit)]
        return without_repetitions(found)

    def _owl(self, rgb: Rgb, phrases: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Scores, indices of phrases, and borders [px] of all boxes: each has a score for each phrase."""
        asked = [[f"a photo of a {phrase}" for phrase in phrases]]
        inputs = self._processor(text=asked, images=rgb, truncation=True, return_tensors="pt").to(self._model.device)
        output = self._model(**inputs)
        (found,) = self._processor.post_process_grounded_object_detection(
            output, threshold=self._threshold, target_sizes=[rgb.shape[:2]]
        )
        scores, labels, borders = (found[key].float().cpu().numpy() for key in ("scores", "labels", "boxes"))
        return scores, labels, borders

    def _dino(self, rgb: Rgb, phrases: Sequence[str]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The same; here a box has a score for each token of the text, of which a phrase takes its best."""
        text = "".join(f"{phrase}. " for phrase in phrases).strip()
        inputs = self._processor(text=text, images=rgb, return_tensors="pt").to(self._model.device)
        words = inputs["input_ids"][0].tolist()
        spans = self._spans(words)
        if len(words) > self._model.config.max_text_len or len(spans) != len(phrases):
            raise ModelError(f"{len(phrases)} phrases are more than the detector reads at once; look for fewer things")
        output = self._model(**inputs)
        tokens = output.logits[0].sigmoid()
        scores, labels = torch.stack([tokens[:, span].amax(dim=-1) for span in spans], dim=-1).max(dim=-1)
        x, y, wide, high = output.pred_boxes[0].unbind(-1)
        height, width = rgb.shape[:2]
        borders = torch.stack([x - wide / 2, y - high / 2, x + wide / 2, y + high / 2], dim=-1)
        borders = borders * torch.tensor([width, height, width, height], device=borders.device)
        return scores.float().cpu().numpy(), labels.cpu().numpy(), borders.float().cpu().numpy()

    def _spans(self, tokens: Sequence[int]) -> list[list[int]]:
        """Places of each phrase's tokens in the text, which stops part."""
        tokenizer = self._processor.tokenizer
        parting = {tokenizer.convert_tokens_to_ids("."), *tokenizer.all_special_ids}
        parting.discard(tokenizer.unk_token_id)
        groups = groupby(range(len(tokens)), key=lambda place: tokens[place] in parting)
        return [list(places) for parts, places in groups if not parts]
