import numpy as np

from tandem.cell.observation import CameraFrame
from tandem.cell.pose import Pose
from tandem.policy.images import policy_image, square_image


def frame(rgb: np.ndarray) -> CameraFrame:
    return CameraFrame("overhead_camera", 0.0, rgb, np.zeros(rgb.shape[:2], np.float32), np.eye(3), Pose((0, 0, 0), (0, 0, 0, 1)))


def test_the_middle_of_a_wide_image_is_kept() -> None:
    rgb = np.zeros((48, 64, 3), np.uint8)
    rgb[:, :8] = 255
    rgb[:, 56:] = 255
    rgb[20:28, 28:36] = (200, 100, 50)
    image = policy_image(frame(rgb), 24)
    assert image.shape == (24, 24, 3)
    assert image.max() == 200
    assert tuple(image[12, 12]) == (200, 100, 50)


def test_scaling_averages() -> None:
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2] = 200
    assert np.all(square_image(stripes, 16) == 100)
    assert square_image(stripes, 64).shape == (64, 64, 3)
