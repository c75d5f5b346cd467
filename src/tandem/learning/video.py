"""Videos (MP4) with a caption bar."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
"""An RGB image, shape (height, width, 3)."""

_ENCODERS = ("libx264", "h264", "mpeg4")
_FONT = cv2.FONT_HERSHEY_DUPLEX
_BAR = (24, 28, 34)
_BRIGHT, _PALE = (245, 247, 250), (176, 186, 198)
_MARGIN = 14


class VideoWriter:
    """Writes RGB frames to an MP4 file, in H.264 where the encoder is there, else in MPEG-4. Use as a context manager."""

    def __init__(self, path: str | Path, fps: float = 25.0, size: tuple[int, int] = (960, 600)) -> None:
        """Open the file; ``size`` is width and height [px], both even.

        Raises:
            ValueError: the size is odd.
            OSError: the file can't be written.
        """
        width, height = size
        if width % 2 or height % 2:
            raise ValueError(f"a video of {width} x {height} px can't be encoded: both must be even")
        self._size = size
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        encoder = _encoder()
        stream = self._container.add_stream(encoder, rate=Fraction(fps).limit_denominator(1000))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        if encoder == "mpeg4":
            stream.bit_rate = 4_000_000
        else:
            stream.options = {"crf": "23", "preset": "veryfast"}
        self._stream = stream

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def write(self, frame: Frame) -> None:
        """Append a frame.

        Raises:
            ValueError: it is not of the video's size.
        """
        if frame.shape != (self._size[1], self._size[0], 3):
            raise ValueError(f"a frame of shape {frame.shape} in a video of {self._size[0]} x {self._size[1]} px")
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        for packet in self._stream.encode(picture):
            self._container.mux(packet)

    def close(self) -> None:
        """Finish the file."""
        for packet in self._stream.encode():
            self._container.mux(packet)
        self._container.close()


def caption_height(lines: int) -> int:
    """Height of the bar that `caption` adds for that many lines [px], an even number."""
    return 2 * _MARGIN + 30 * lines


def caption(frame: Frame, lines: Sequence[str]) -> Frame:
    """The frame with a bar below it: the first line bright, the others paler; a text that is too long is set smaller."""
    width = frame.shape[1]
    bar = np.full((caption_height(len(lines)), width, 3), _BAR, np.uint8)
    for index, line in enumerate(lines):
        scale, colour = (0.75, _BRIGHT) if index == 0 else (0.62, _PALE)
        text = _plain(line)
        wide = cv2.getTextSize(text, _FONT, scale, 1)[0][0]
        scale *= min(1.0, (width - 2 * _MARGIN) / max(wide, 1))
        cv2.putText(bar, text, (_MARGIN, _MARGIN + 22 + 30 * index), _FONT, scale, colour, 1, cv2.LINE_AA)
    return np.concatenate([frame, bar])


def _plain(text: str) -> str:
    """Text in the characters that OpenCV's font has."""
    for fancy, plain in (("“", '"'), ("”", '"'), ("‘", "'"), ("’", "'"), ("–", "-"), ("—", "-"), ("…", "...")):
        text = text.replace(fancy, plain)
    return text.encode("ascii", "replace").decode("ascii")


def _encoder() -> str:
    for name in _ENCODERS:
        try:
            av.codec.Codec(name, "w")
        except av.error.FFmpegError:
            continue
        return name
    raise OSError("this build of FFmpeg has neither an H.264 nor an MPEG-4 encoder")
