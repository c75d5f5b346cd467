"""The action expert."""

import torch
from small import small_config

from tandem.policy.vla import features
from tandem.policy.vla.modeling import TandemVla


def test_a_share_of_one_goes_all_the_way_to_an_anchor() -> None:
    expert = TandemVla(small_config()).expert
    expert.requires_grad_(False)
    for part in (expert.rows_out, expert.shares_out):
        part.weight.zero_()
        part.bias.zero_()
    shares = expert.shares_out.bias.view(expert.patch, 2, features.ANCHORS, 3)
    shares[:, 1, 0] = 1.0  # the right hand, the step's object
    shares[:, 1, features.WAYS + 1] = 1.0  # and the target's edges
    anchors = torch.randn(2, expert.tokens * expert.patch, 2, features.ANCHORS, 3)
    rows = expert._rows(torch.zeros(2, expert.tokens, 32), anchors).unflatten(2, (2, -1))
    torch.testing.assert_close(rows[:, :, 1, :3], anchors[:, :, 1, 0])
    assert not rows[:, :, 0].any()
    torch.testing.assert_close(rows[:, :, 1, 3:6], anchors[:, :, 1, features.WAYS + 1])
    assert not rows[..., 6].any()
