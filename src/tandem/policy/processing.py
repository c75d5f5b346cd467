"""What the processors of all our models share: words and images as tensors, and which cell it is for."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerBase, ProcessorMixin


class CellProcessor(ProcessorMixin):
    """Holds what a model must be fed with: words, image size, cameras, joints, time.

    Args:
        tokenizer: of the instructions.
        cameras: their names, in the order of the images.
        image_size: side of the square images [px].
        text_length: word pieces at most.
        joint_names: of states and actions, in order.
        step_dt: time between rows [s].
        trained_on: what made the checkpoint: hashes of datasets and the like, for people.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        cameras: Sequence[str],
        image_size: int,
        text_length: int,
        joint_names: Sequence[str],
        step_dt: float,
        trained_on: Mapping[str, Any] | None,
        **kwargs: Any,
    ) -> None:
        self.cameras, self.image_size, self.text_length = list(cameras), int(image_size), int(text_length)
        self.joint_names, self.step_dt = list(joint_names), float(step_dt)
        self.trained_on = dict(trained_on or {})
        super().__init__(tokenizer, **kwargs)

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
