"""Jobs over Ray: on a small cluster of this machine, where the package is there."""

from pathlib import Path

import pytest
from jobs_to_share import dies_once, doubled

from tandem.learning import ray_jobs
from tandem.learning.ray_jobs import NoRay, run_ray_jobs


def test_says_what_to_do_without_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(NoRay, match=r"requirements/ray\.txt"):
        list(run_ray_jobs(doubled, [1], 1, "local"))


def test_jobs_are_shared_and_come_back(tmp_path: Path) -> None:
    pytest.importorskip(
        "ray", reason="Ray is optional: .venv/bin/pip install -c requirements/constraints.txt -r requirements/ray.txt"
    )
    assert dict(run_ray_jobs(doubled, list(range(7)), 2, "local")) == {number: 2 * number for number in range(7)}
    assert dict(run_ray_jobs(dies_once, [str(tmp_path / "mark")], 1, "local")) == {str(tmp_path / "mark"): "done"}
    assert ray_jobs._RETRIES > 0
