"""Connected patches of masks, against OpenCV's own labels."""

import cv2
import numpy as np
import pytest

from tandem.perception.components import connected, large


@pytest.mark.parametrize("seed", range(6))
def test_patches_are_those_of_the_labels_in_their_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    smooth = cv2.GaussianBlur(rng.random((90, 121)).astype(np.float32), (0, 0), 1.0 + seed / 2)
    mask = np.zeros((140, 160), dtype=bool)
    mask[31:121, 17:138] = smooth > np.quantile(smooth, 0.8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8, ltype=cv2.CV_32S)
    expected = [label for label in range(1, len(stats)) if stats[label, cv2.CC_STAT_AREA] >= 8]
    found = list(connected(mask, 8))
    assert len(found) == len(expected) > 3
    for (window, pixels), label in zip(found, expected, strict=True):
        whole = np.zeros_like(mask)
        whole[window] = pixels
        np.testing.assert_array_equal(whole, labels == label)
        assert pixels.any(axis=0).all()
        assert pixels.any(axis=1).all()


def test_small_patches_are_left_out_and_corners_connect() -> None:
    mask = np.zeros((10, 10), dtype=bool)
    mask[2, 3] = mask[3, 4] = mask[4, 5] = mask[8, 8] = True
    (((rows, columns), pixels),) = connected(mask, 2)
    assert (rows, columns) == (slice(2, 5), slice(3, 6))
    np.testing.assert_array_equal(pixels, np.eye(3, dtype=bool))


def test_an_empty_mask_has_no_patches() -> None:
    assert list(connected(np.zeros((8, 8), dtype=bool), 1)) == []
    assert not large(np.zeros((8, 8), dtype=bool), 0.1).any()


def test_large_patches_are_as_large_as_a_share_of_the_largest() -> None:
    mask = np.zeros((40, 40), dtype=bool)
    mask[3:13, 5:15] = mask[20:25, 5:15] = mask[30:34, 30:40] = True
    half = mask.copy()
    half[30:34] = False
    np.testing.assert_array_equal(large(mask, 0.5), half)
    np.testing.assert_array_equal(large(mask, 0.4), mask)
    assert large(mask, 1.0).sum() == 100
