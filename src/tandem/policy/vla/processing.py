"""From what the cell perceives to the model's tensors, and from its rows to joint targets."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from tandem.cell import names
from tandem.policy.processing import CellProcessor
from tandem.policy.vla import features
from tandem.policy.vla.backbone_images import make_images
from tandem.policy.vla.modeling import Images
from tandem.policy.vla.scaling import RowScale

_FAR = 2.0
"""Times a row's scale."""


class TandemVlaProcessor(CellProcessor):
    """Holds what a model must be fed with: words, image size, cameras, joints, scales.

    Args:
        tokenizer, cameras, image_size, text_length, joint_names, step_dt, trained_on: see `CellProcessor`.
        scale: of action rows, the fields of `RowScale`.
        image_settings: of a backbone's image processor; None for the small image encoder.
    """

    attributes = ("tokenizer",)
    tokenizer_class = "PreTrainedTokenizerFast"

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        cameras: Sequence[str] = names.CAMERAS,
        image_size: int = 96,
        text_length: int = 24,
        joint_names: Sequence[str] = names.JOINTS,
        step_dt: float = 0.1,
        scale: Mapping[str, Sequence[float]] | None = None,
        trained_on: Mapping[str, Any] | None = None,
        image_settings: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.scale = {kind: [float(value) for value in values] for kind, values in (scale or {}).items()}
        self.image_settings = dict(image_settings) if image_settings else None
        self._images = make_images(self.image_settings) if self.image_settings else None
        super().__init__(tokenizer, cameras, image_size, text_length, joint_names, step_dt, trained_on, **kwargs)

    @property
    def row_scale(self) -> NDArray[np.float64]:
        """Factors from the network's rows to actions, shape (H, WIDTH).

        Raises:
            ValueError, TypeError: the scale is no scale.
        """
        return RowScale(**{kind: tuple(values) for kind, values in self.scale.items()}).rows

    def anchored(self, anchors: NDArray[np.float64]) -> NDArray[np.float64]:
        """What `features.anchors` says in units of every row, shape (..., 2, ANCHORS, 3) to (..., H, 2, ANCHORS, 3).

        Ways and turns much longer than what the hands do until then are cut short, axis by axis: there they only say which way.
        """
        kinds = np.repeat((0, 3), (features.WAYS, features.ANCHORS - features.WAYS))
        scale = self.row_scale[:, None, kinds, None]
        return np.clip(anchors[..., None, :, :, :] / scale, -_FAR, _FAR)

    def looked(self, images: Tensor, there: Tensor | None = None) -> Images:
        """Images of shape (B, cameras, 3, size, size), 0 to 1, as `TandemVla.look` takes them; missing ones become black."""
        if self._images is None:
            return images
        return self._images(images if there is None else images * there[..., None, None, None])
