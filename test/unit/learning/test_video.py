from pathlib import Path

import av
import numpy as np
import pytest

from tandem.learning.video import VideoWriter, caption, caption_height


def test_what_is_written_can_be_played(tmp_path: Path) -> None:
    size = (64, 48)
    with VideoWriter(tmp_path / "a.mp4", fps=10.0, size=size) as video:
        for level in range(20):
            video.write(np.full((48, 64, 3), (level * 12, 0, 0), np.uint8))
    with av.open(str(tmp_path / "a.mp4")) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert float(container.streams.video[0].average_rate) == pytest.approx(10.0)
    reds = [float(frame[..., 0].mean()) for frame in frames]
    assert len(frames) == 20
    assert np.all(np.diff(reds) > 0)


def test_refuses_what_cannot_be_encoded(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="even"):
        VideoWriter(tmp_path / "a.mp4", size=(63, 48))
    with VideoWriter(tmp_path / "b.mp4", size=(64, 48)) as video:
        with pytest.raises(ValueError, match="64 x 48"):
            video.write(np.zeros((64, 48, 3), np.uint8))
        video.write(np.zeros((48, 64, 3), np.uint8))


def test_captions_stand_below_the_picture_and_fit() -> None:
    frame = np.full((100, 320, 3), 200, np.uint8)
    long = "Hand the blue cube from the left hand to the right, and put it in the bin on the right — “carefully”."
    captioned = caption(frame, [long, "second"])
    assert captioned.shape == (100 + caption_height(2), 320, 3)
    assert np.array_equal(captioned[:100], frame)
    bar = captioned[100:]
    assert np.all(bar[:, -8:] == bar[0, 0])
    assert bar.max() > 150
