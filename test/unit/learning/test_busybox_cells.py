"""Training of the network that reads the BusyBox's cells, in the small."""

from pathlib import Path

import numpy as np
import pytest
import torch

from tandem.cell.busybox.layout import CELLS, MODULES
from tandem.cell.busybox.state import lever_tilt, slider_x
from tandem.learning.busybox_cells.augment import batch, plain
from tandem.learning.busybox_cells.boxes import any_scene
from tandem.learning.busybox_cells.going_on import load
from tandem.learning.busybox_cells.losses import losses, total
from tandem.learning.busybox_cells.model import CellReader
from tandem.learning.busybox_cells.samples import VIEWS, Samples, collect
from tandem.learning.busybox_cells.train import check, export, train
from tandem.perception.busybox.answers import COUNT, HALF_SLOT, KIND, PLUGS, SLIDERS, SWITCHES, TURNS
from tandem.perception.busybox.network import CellNetwork
from tandem.perception.busybox.patches import Patch


@pytest.fixture(scope="module")
def samples() -> Samples:
    return collect(4, 990_000, workers=1)


def test_labels_are_what_the_scene_says(samples: Samples) -> None:
    assert len(samples) == 4 * VIEWS * len(CELLS)
    setup = any_scene(990_000).objects[0].setup
    assert setup is not None
    for module, place in setup.layout.places:
        label = samples.labels[CELLS.index(place.cell)]
        assert label[KIND].argmax() == MODULES.index(module) * TURNS + place.turns % TURNS
        if module == "switches":
            assert label[SWITCHES].tolist() == [float(lever_tilt(on) > 0) for on in setup.state.switches]
        if module == "wires":
            assert label[PLUGS].tolist() == [float(plugged) for both in setup.state.wires for plugged in both]
    first = any_scene(990_001).objects[0].setup
    assert first is not None
    told = samples.labels[VIEWS * len(CELLS) + CELLS.index(first.layout["sliders"].cell), SLIDERS]
    stops = np.array([slider_x(number) for number in (1, 2, 3, 4, 5)]) / HALF_SLOT
    assert np.all(np.abs(told) < 1.1)
    assert stops[0] == pytest.approx(-1.0)


def test_the_same_boxes_for_the_same_seed_and_kept_in_a_file(samples: Samples, tmp_path: Path) -> None:
    samples.save(tmp_path / "samples.npz")
    kept, again = Samples.load(tmp_path / "samples.npz"), collect(1, 990_000, workers=1)
    for name in ("rgb", "relief", "seen", "labels"):
        assert np.array_equal(getattr(kept, name), getattr(samples, name))
        assert np.array_equal(getattr(again, name), getattr(samples, name)[: VIEWS * len(CELLS)])


def test_turned_upright_a_sample_says_so_and_looks_like_the_patch_that_perception_turns(samples: Samples) -> None:
    rows = np.arange(len(CELLS))
    pictures, told = plain(samples, rows, upright=True)
    turns = samples.labels[rows, KIND].argmax(axis=1) % TURNS
    assert (told[:, KIND].argmax(dim=1) % TURNS == 0).all()
    row = int(np.flatnonzero(turns)[0])
    patch = Patch(samples.rgb[row], samples.relief[row].astype(np.float32), samples.seen[row]).upright(int(turns[row]))
    assert np.allclose(pictures[row, 4], patch.seen)
    assert np.allclose(pictures[row, :3].numpy()[:, patch.seen], patch.rgb.transpose(2, 0, 1)[:, patch.seen] / 255.0)


def test_changed_samples_stay_within_bounds_and_keep_their_module(samples: Samples) -> None:
    rng, rows = np.random.default_rng(0), np.arange(len(samples))
    pictures, told = batch(samples, rows, rng)
    assert torch.isfinite(pictures).all()
    assert (pictures[:, :3] >= 0).all()
    assert (pictures[:, :3] <= 1).all()
    assert (pictures[:, 4].eq(0) | pictures[:, 4].eq(1)).all()
    assert (told[:, KIND].argmax(dim=1) // TURNS == torch.from_numpy(samples.labels[:, KIND].argmax(axis=1)) // TURNS).all()


def test_it_learns_and_what_is_written_tells_the_same(samples: Samples, tmp_path: Path) -> None:
    torch.manual_seed(0)
    before, (pictures, told) = CellReader().eval(), plain(samples, np.arange(36), upright=True)
    net = train(samples, steps=12, seed=0).eval()
    with torch.no_grad():
        assert float(total(losses(net(pictures), told))) < float(total(losses(before(pictures), told)))
    export(net, tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").stat().st_size < 1_000_000
    patches = [Patch(samples.rgb[row], np.zeros((64, 64), np.float32), samples.seen[row]) for row in range(6)]
    read = CellNetwork(tmp_path / "model.onnx").read(patches)
    assert read.shape == (6, COUNT)
    again = load(tmp_path / "model.onnx").eval()
    with torch.no_grad():
        assert torch.allclose(again(pictures), net(pictures), atol=1e-4)
    assert set(check(again, samples, np.arange(36))) == {"kind", "sliders", "knob", "switches", "wires"}


def test_the_weights_that_come_with_tandem_tell_modules_and_turns(samples: Samples) -> None:
    from tandem.cell import paths
    from tandem.perception.busybox.network import WEIGHTS

    figures = check(load(paths.share() / WEIGHTS), samples, np.arange(len(samples)))
    assert figures["kind"] > 0.95
    assert figures["switches"] > 0.95


def test_other_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="network that reads"):
        CellNetwork(tmp_path / "none.onnx").read(
            [Patch(np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64), np.float32), np.ones((64, 64), bool))]
        )
