"""The checkpoint that comes with the project."""

import numpy as np
import pytest
from safetensors.torch import load_file
from test_served import request

from tandem.policy.chunks.model import ChunkRequest
from tandem.policy.vla.checkpoint import load_checkpoint
from tandem.policy.vla.making import shipped, vla_model

MOST_PARAMETERS = 15e6


def test_it_is_small_and_in_half_precision() -> None:
    model, _ = load_checkpoint(shipped())
    assert sum(value.numel() for value in model.parameters()) <= MOST_PARAMETERS
    weights = load_file(shipped() / "model.safetensors")
    assert {str(value.dtype) for value in weights.values()} == {"torch.float16"}


@pytest.mark.parametrize("left_out", [(), ("grounding",), ("touch",), ("cameras",), ("grounding", "touch", "cameras")])
def test_it_answers_with_and_without_what_can_be_left_out(left_out: tuple[str, ...]) -> None:
    asked: ChunkRequest = request(2.0)
    model = vla_model(dict.fromkeys(left_out, "off"))
    model.begin(asked.step)
    answer = model.predict(asked)
    assert answer.positions.shape == (model.rows, 14)
    assert np.isfinite(answer.positions).all()
    np.testing.assert_allclose(answer.positions[: len(asked.committed)], asked.committed)
    assert 0 <= answer.done <= 1
