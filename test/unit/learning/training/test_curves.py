"""Curves of a run as a picture."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from torch.utils.tensorboard import SummaryWriter

from tandem.learning.training.curves import Curve, draw_curves, read_curves
from tandem.learning.training.folders import CURVES


@pytest.fixture
def run(tmp_path: Path) -> Path:
    with SummaryWriter(str(tmp_path / CURVES)) as writer:
        for step in range(50):
            writer.add_scalar("train/rows", 1.0 / (1 + step), step)
            writer.add_scalar("train/rate", 0.5, step)
        writer.add_scalar("validation/rows", 0.25, 49)
        writer.add_scalar("validation/hands_soon_mm", 7.5, 49)
    return tmp_path


def test_what_was_noted_is_read(run: Path) -> None:
    found = read_curves(run)
    assert set(found["train"]) == {"rows", "rate"}
    assert set(found["validation"]) == {"rows", "hands_soon_mm"}
    np.testing.assert_allclose(found["train"]["rows"].values, 1.0 / np.arange(1, 51), rtol=1e-6)
    np.testing.assert_array_equal(found["train"]["rows"].steps, np.arange(50))


def test_the_mean_goes_over_what_is_there() -> None:
    smoothed = Curve(np.arange(4.0), np.array([1.0, 3.0, 5.0, 7.0])).smoothed(2)
    np.testing.assert_allclose(smoothed.values, [1.0, 2.0, 4.0, 6.0])


def test_a_picture_is_drawn(run: Path, tmp_path: Path) -> None:
    draw_curves(run, tmp_path / "curves.png")
    picture = cv2.imread(str(tmp_path / "curves.png"))
    assert picture is not None
    assert picture.std() > 10


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no curves"):
        draw_curves(tmp_path, tmp_path / "curves.png")
    assert not (tmp_path / "curves.png").exists()
