"""Images of a dataset as videos: written once, read at any frame."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import av
import numpy as np

from tandem.learning.datasets.images import Image

_KEY_EVERY: Final = 2
"""Frames from one that can be read by itself to the next: training reads at random."""


class FrameVideo:
    """Writes frames to an H.264 file. Use as a context manager."""

    def __init__(self, path: Path, fps: int, size: tuple[int, int]) -> None:
        """Open the file; ``size`` is width and height [px], both even.

        Raises:
            ValueError: the size is odd.
        """
        width, height = size
        if width % 2 or height % 2:
            raise ValueError(f"images of {width} x {height} px can't be kept as video: both must be even")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._container = av.open(str(path), "w", format="mp4")
        stream = self._container.add_stream("libx264", rate=fps)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": "20", "g": str(_KEY_EVERY), "preset": "veryfast", "bf": "0"}
        self._stream, self._count, self._tick = stream, 0, Fraction(1, fps)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def frames(self) -> int:
        """Written so far."""
        return self._count

    def write(self, images: Iterable[Image]) -> None:
        """Append frames."""
        for image in images:
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            picture.pts = self._count
            picture.time_base = self._tick
            self._container.mux(self._stream.encode(picture))
            self._count += 1

    def close(self) -> None:
        """Finish the file."""
        self._container.mux(self._stream.encode())
        self._container.close()


class FrameReader:
    """Reads frames of such a file by their number."""

    def __init__(self, path: Path, fps: int) -> None:
        """Open the file.

        Raises:
            OSError: it can't be read.
        """
        self._container = av.open(str(path))
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "NONE"
        self._fps = fps
        self._frames: Iterator[av.VideoFrame] = iter(())
        self._next = -1

    def read(self, number: int) -> Image:
        """The ``number``-th frame, from 0.

        Raises:
            IndexError: the file has no such frame.
        """
        if not self._next <= number <= self._next + _KEY_EVERY or self._next < 0:
            assert self._stream.time_base is not None
            self._container.seek(round(Fraction(number, self._fps) / self._stream.time_base), stream=self._stream)
            self._frames = self._container.decode(self._stream)
        for frame in self._frames:
            assert frame.pts is not None
            assert frame.time_base is not None
            here = round(frame.pts * frame.time_base * self._fps)
            self._next = here + 1
            if here == number:
                return np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
            if here > number:
                break
        self._next = -1
        raise IndexError(f"the video has no frame {number}")

    def close(self) -> None:
        """Close the file."""
        self._container.close()
