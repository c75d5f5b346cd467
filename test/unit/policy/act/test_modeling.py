"""The baseline's network."""

import pytest
import torch
from small_act import small_act_config

from tandem.policy.act.layers import grid_waves
from tandem.policy.act.modeling import Act


@pytest.fixture(scope="module")
def model() -> Act:
    torch.manual_seed(0)
    return Act(small_act_config()).eval()


def _inputs(model: Act, count: int = 2) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    size = model.config.image_size
    return {
        "joints": torch.randn(count, 14, generator=generator),
        "images": torch.rand(count, 3, 3, size, size, generator=generator),
        "words": torch.randint(0, 100, (count, 6), generator=generator),
        "words_there": torch.arange(6)[None] < torch.tensor([[6], [3]])[:count],
    }


def test_a_chunk_for_each_sample_and_the_same_one_every_time(model: Act) -> None:
    with torch.no_grad():
        first, again = (model(**_inputs(model)) for _ in range(2))
    assert first.rows.shape == (2, model.config.rows, 14)
    assert first.done.shape == (2,)
    assert first.mean is None
    torch.testing.assert_close(first.rows, again.rows)


def test_what_is_masked_does_not_matter(model: Act) -> None:
    given = _inputs(model)
    there = torch.tensor([[True, False, True]] * 2)
    changed = {**given, "images": given["images"].clone(), "words": given["words"].clone()}
    changed["images"][:, 1] = 0.0
    changed["words"][1, 3:] = 7
    with torch.no_grad():
        a, b = (model(**inputs, images_there=there) for inputs in (given, changed))
        unmasked = model(**changed)
    torch.testing.assert_close(a.rows, b.rows)
    torch.testing.assert_close(a.done, b.done)
    assert (a.rows - unmasked.rows).abs().max() > 1e-3


def test_words_joints_and_images_matter(model: Act) -> None:
    given = _inputs(model)
    with torch.no_grad():
        usual = model(**given).rows
        for key, value in (("joints", given["joints"] + 1), ("images", 1 - given["images"]), ("words", given["words"] + 5)):
            assert (model(**{**given, key: value}).rows - usual).abs().max() > 1e-3, key


def test_the_style_shapes_rows_but_never_tells_whether_it_is_done(model: Act) -> None:
    given = _inputs(model)
    rows = torch.randn(2, model.config.rows, 14, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        without, with_style = model(**given), model(**given, rows=rows)
    assert (without.rows - with_style.rows).abs().max() > 1e-3
    torch.testing.assert_close(without.done, with_style.done)


def test_rows_that_do_not_count_are_not_seen(model: Act) -> None:
    given = _inputs(model)
    rows = torch.randn(2, model.config.rows, 14)
    counted = (torch.arange(model.config.rows) < 5).expand(2, -1)
    other = torch.where(counted[..., None], rows, torch.zeros(()))
    with torch.no_grad():
        a, b = (model(**given, rows=chunk, rows_count=counted) for chunk in (rows, other))
    torch.testing.assert_close(a.mean, b.mean)


def test_every_weight_learns() -> None:
    torch.manual_seed(0)
    model = Act(small_act_config())
    answer = model(**_inputs(model), rows=torch.randn(2, model.config.rows, 14))
    (answer.rows.sum() + answer.done.sum() + answer.mean.sum() + answer.spread.sum()).backward()
    assert not [name for name, value in model.named_parameters() if value.grad is None]


def test_places_of_a_grid_differ() -> None:
    grid = grid_waves(4, 32, torch.device("cpu"))
    assert grid.shape == (16, 32)
    assert torch.cdist(grid, grid).add(10 * torch.eye(16)).min() > 0.1
