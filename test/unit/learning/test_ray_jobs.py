import importlib.util
import pickle
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from jobs_to_share import dies_once

from tandem.learning import ray_worker
from tandem.learning.evaluation.settings import is_secret
from tandem.learning.files import Files
from tandem.learning.ray_jobs import NoRay, cluster, run_ray_jobs
from tandem.learning.reports.read import NotAReport, read_report

HERE = importlib.util.find_spec("ray") is not None
with_ray = pytest.mark.skipif(not HERE, reason="Ray is not installed (requirements/ray.txt)")


def test_says_what_to_do_where_ray_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(NoRay, match=r"requirements/ray.txt"):
        list(run_ray_jobs(is_secret, ["a"], 1, "auto"))


@with_ray
def test_a_cluster_does_the_jobs_with_the_source_that_was_sent() -> None:
    jobs = ["api_key", "url", "token"]
    assert dict(run_ray_jobs(is_secret, jobs, 0, "local")) == {"api_key": True, "url": False, "token": True}


@with_ray
def test_a_job_whose_process_dies_is_done_again(tmp_path: Path) -> None:
    mark = str(tmp_path / "mark")
    assert dict(run_ray_jobs(dies_once, [mark], 1, "local")) == {mark: "done"}


@with_ray
def test_what_a_job_raises_on_a_node_is_raised_here() -> None:
    with pytest.raises(NotAReport, match="nowhere"):
        list(run_ray_jobs(read_report, [Path("/nowhere/r.json")], 1, "local"))


@with_ray
def test_says_that_nothing_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "")
    with pytest.raises(NoRay, match="no Ray cluster at 'auto'"), cluster("auto"):
        pass


def test_a_worker_does_what_it_is_sent() -> None:
    assert pickle.loads(ray_worker.work(pickle.dumps((is_secret, "token")))) is True


def _count(job: int, tell: Callable[[str], None]) -> int:
    for number in range(job):
        tell(f"{number} done")
    if job == 3:
        raise OverflowError("three is too many")
    return 10 * job


def test_a_long_job_tells_how_it_gets_on_and_then_its_result() -> None:
    told = [pickle.loads(packed) for packed in ray_worker.stream(pickle.dumps((_count, 2)))]
    assert told == [("told", "0 done"), ("told", "1 done"), ("done", 20)]
    heard = []
    with pytest.raises(OverflowError, match="too many"):
        heard += [pickle.loads(packed) for packed in ray_worker.stream(pickle.dumps((_count, 3)))]


def test_files_come_back_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "from" / "deep").mkdir(parents=True)
    (tmp_path / "from" / "end.png").write_bytes(b"\x89PNG")
    (tmp_path / "from" / "deep" / "x.txt").write_text("x")
    files = Files.pack(tmp_path / "from")
    assert files
    files.unpack(tmp_path / "to")
    assert Files.pack(tmp_path / "to") == files
    with pytest.raises(ValueError, match="leads out"):
        Files({"../x": b""}).unpack(tmp_path / "to")
    assert not Files()
