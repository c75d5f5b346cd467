"""Jobs over processes of this machine."""

import os
from pathlib import Path

from jobs_to_share import dies_once, doubled

from tandem.learning.parallel import run_jobs


def test_with_one_worker_all_runs_here_and_in_order() -> None:
    assert list(run_jobs(doubled, [3, 1, 2], 1)) == [(3, 6), (1, 2), (2, 4)]
    assert [pid for _, pid in run_jobs(lambda _: os.getpid(), [1], 1)] == [os.getpid()]


def test_jobs_of_a_process_that_died_are_done_by_another(tmp_path: Path) -> None:
    marks = [str(tmp_path / name) for name in "ab"]
    assert dict(run_jobs(dies_once, marks, 2)) == dict.fromkeys(marks, "done")
