"""The figures of `tandem bench policy`: that there are some, never how good they are."""

import json
import sys
from pathlib import Path

import pytest

from tandem.cli.bench import BENCHES, _peer
from tandem.cli.verbs import LIGHT_BENCHES
from tandem.learning import figures, policy_bench
from tandem.learning.figures import Figure


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(policy_bench, "_PATIENCE_S", 0.0)
    monkeypatch.setattr(policy_bench, "_LEAST", 1)
    monkeypatch.setattr(policy_bench, "_THREADS", (1,))
    small = {"width": 32, "heads": 4, "image_size": 32}
    shapes = {
        "small.yaml": {**small, "context_layers": 1, "expert_layers": 1, "vision_channels": [8, 8, 8], "vocabulary": 128},
        "act.yaml": {**small, "feed": 32, "vision_channels": [8], "vocabulary": 128},
    }
    monkeypatch.setattr(policy_bench, "_shape", shapes.__getitem__)
    monkeypatch.setattr(policy_bench, "shipped", lambda: tmp_path / "none")


@pytest.mark.usefixtures("own_cache")
def test_every_policy_is_measured_and_lerobots_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text(
        f"#!{sys.executable}\nimport json\nprint(json.dumps({{'ACT': [3.0, 5.0], 'SmolVLA': 'not installed (no x)'}}))\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv(policy_bench.LEROBOT_PYTHON, str(fake))
    found = figures.policy()
    assert [figure.name.split(",")[:2] for figure in found] == [
        ["chunk of vla", " ONNX Runtime"],
        ["chunk of vla", " torch"],
        ["chunk of act", " torch"],
    ]
    assert all(figure.median > 0 and figure.unit == "ms" for figure in found)
    assert found[0].peer == "LeRobot's SmolVLA not installed (no x)"
    assert found[0].peer_median is None
    assert found[2].peer_median == 4.0
    assert "nan" not in json.dumps(figures.report(found)).lower()


def test_a_peer_that_is_not_there_is_named_in_the_table() -> None:
    assert _peer(Figure("a", "ms", 1.0, 1.0, 1)) == ""
    assert _peer(Figure("a", "ms", 1.0, 1.0, 1, "LeRobot's ACT not installed")) == "LeRobot's ACT not installed"
    assert _peer(Figure("a", "ms", 1.0, 1.0, 1, "LeRobot's ACT", 2.0)) == "LeRobot's ACT: 2 (0.5 x)"


def test_a_python_that_can_not_be_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(policy_bench.LEROBOT_PYTHON, "/nowhere/python")
    name, durations = policy_bench._lerobot(32, 8, 1, 1)["ACT"]
    assert durations is None
    assert "/nowhere/python" in name


def test_benches_without_a_model_need_nothing_installed() -> None:
    assert set(BENCHES) == {*LIGHT_BENCHES, "policy", "rollouts"}
