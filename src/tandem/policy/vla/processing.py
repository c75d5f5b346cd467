"""From what the cell perceives to the model's tensors, and from its rows to joint targets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerFast, ProcessorMixin

from tandem.cell import names
from tandem.policy.vla.scaling import RowScale


class TandemVlaProcessor(ProcessorMixin):
    """Holds what a model must be fed with: words, image size, cameras, joints, scales.

    Args:
        tokenizer: of the instructions.
        cameras: their names, in the order of the images.
        image_size: side of the square images [px].
        text_length: word pieces at most.
        joint_names: of states and actions, in order.
        step_dt: time between rows [s].
        scale: of action rows, the fields of `RowScale`.
        trained_on: what made the checkpoint: hashes of datasets and the like, for people.
    """

    attributes = ("tokenizer",)
    tokenizer_class = "PreTrainedTokenizerFast"

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerFast,
        cameras: Sequence[str] = names.CAMERAS,
        image_size: int = 96,
        text_length: int = 24,
        joint_names: Sequence[str] = names.JOINTS,
        step_dt: float = 0.1,
        scale: Mapping[str, Sequence[float]] | None = None,
        trained_on: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.cameras, self.image_size, self.text_length = list(cameras), int(image_size), int(text_length)
        self.joint_names, self.step_dt = list(joint_names), float(step_dt)
        self.scale = {kind: [float(value) for value in values] for kind, values in (scale or {}).items()}
        self.trained_on = dict(trained_on or {})
        super().__init__(tokenizer, **kwargs)

    @property
    def row_scale(self) -> NDArray[np.float64]:
        """Factors from the network's rows to actions, shape (H, WIDTH).

        Raises:
            ValueError, TypeError: the scale is no scale.
        """
        return RowScale(**{kind: tuple(values) for kind, values in self.scale.items()}).rows

    def words(self, sentences: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Word pieces, shape (B, L), and which of them are there."""
        found = self.tokenizer(
            list(sentences), padding=True, truncation=True, max_length=self.text_length, return_tensors="pt", verbose=False
        )
        return found["input_ids"], found["attention_mask"].bool()

    def padded_words(self, sentence: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """One sentence, always of full length: word pieces and which of them are there, both of shape (1, text_length)."""
        ids, there = self.words([sentence])
        rest = (0, self.text_length - ids.shape[1])
        return np.pad(ids.numpy(), ((0, 0), rest)), np.pad(there.numpy(), ((0, 0), rest))

    def pixels(self, images: NDArray[np.uint8]) -> Tensor:
        """Images of shape (B, cameras, size, size, 3), uint8, as shape (B, cameras, 3, size, size), 0 to 1."""
        return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 1, 4, 2, 3).float() / 255.0
