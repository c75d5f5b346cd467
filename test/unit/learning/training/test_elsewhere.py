"""Training on a node of a cluster, the node being this process."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tandem.learning.training import elsewhere, start
from tandem.learning.training.elsewhere import as_progress, train_on_ray
from tandem.learning.training.settings import TrainingSettings


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the node saw: where it trained; ``elsewhere`` is where the driver's folder is for it."""
    seen = SimpleNamespace(folder=None, moved=None, settings=None)

    def run(settings: TrainingSettings, folder: Path, on_progress: Any, on_prepared: Any) -> None:
        seen.folder, seen.settings = folder, settings
        on_prepared(SimpleNamespace(summary="2 samples"))
        on_progress(0, {"rows": 0.5})
        for name in ("checkpoint", "state"):
            (folder / name).mkdir(parents=True)
            (folder / name / "weights").write_text(name)

    def long(function: Callable[[Any, Any], Any], job: Any, address: str, on_message: Any) -> Any:
        return function(job if seen.moved is None else replace(job, folder=seen.moved), on_message)

    monkeypatch.setattr(start, "run", run)
    monkeypatch.setattr(elsewhere, "run_long_on_ray", long)
    return seen


def test_a_node_that_sees_the_folder_works_in_it(tmp_path: Path, node: SimpleNamespace) -> None:
    told: list[Any] = []
    train_on_ray(TrainingSettings((str(tmp_path),)), tmp_path / "out", "local", told.append)
    assert node.folder == tmp_path / "out"
    assert "2 samples" in told[0]
    assert told[1] == (0, {"rows": 0.5})
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["checkpoint", "state"]


def test_from_a_node_that_does_not_the_checkpoint_comes_back(
    tmp_path: Path, node: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.moved = tmp_path / "not there"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    train_on_ray(TrainingSettings(("data",)), Path("out"), "local", lambda told: None)
    assert node.settings.datasets == (str(tmp_path / "data"),)
    assert (tmp_path / "out" / "checkpoint" / "weights").read_text() == "checkpoint"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["checkpoint"]
    assert not node.folder.exists()


def test_says_which_dataset_the_node_does_not_see(tmp_path: Path, node: SimpleNamespace) -> None:
    with pytest.raises(ValueError, match=r"doesn't see .*none: put it on storage that all nodes have"):
        train_on_ray(TrainingSettings((str(tmp_path / "none"),)), tmp_path / "out", "local", lambda told: None)


def test_words_and_steps_go_to_whom_they_concern() -> None:
    heard: list[Any] = []
    as_progress("on a", lambda step, figures: heard.append(step), heard.append)
    as_progress((3, {}), lambda step, figures: heard.append(step), heard.append)
    assert heard == ["on a", 3]
