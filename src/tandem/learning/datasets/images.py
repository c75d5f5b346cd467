"""Images as bytes: JPEG."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""RGB, shape (height, width, 3)."""

QUALITY: Final = 92


def encode(image: Image, quality: int = QUALITY) -> bytes:
    """JPEG."""
    done, encoded = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"an image of shape {image.shape} can't be encoded")
    return encoded.tobytes()


def decode(encoded: bytes) -> Image:
    """Any format that OpenCV reads.

    Raises:
        ValueError: these bytes are no image.
    """
    image = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR) if encoded else None
    if image is None:
        raise ValueError(f"{len(encoded)} bytes that are no image")
    return np.asarray(image[..., ::-1], dtype=np.uint8)
