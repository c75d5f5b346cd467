"""How the model is told of its anchors."""

import numpy as np
from small import small_config, small_processor

from tandem.policy.vla import features


def test_anchors_are_in_units_of_each_row_and_cut_short_where_they_are_far() -> None:
    processor = small_processor(small_config())
    near, far = np.full((2, features.ANCHORS, 3), 0.004), np.full((2, features.ANCHORS, 3), 1.0)
    scale = np.array(processor.scale["position"])
    np.testing.assert_allclose(processor.anchored(near)[:, 0, 0, 0] * scale, 0.004)
    np.testing.assert_allclose(processor.anchored(near)[:, 0, features.WAYS, 0] * np.array(processor.scale["rotation"]), 0.004)
    found = processor.anchored(np.stack([near, far]))
    assert found.shape == (2, len(scale), 2, features.ANCHORS, 3)
    assert found[1].min() == found[1].max() == 2.0
