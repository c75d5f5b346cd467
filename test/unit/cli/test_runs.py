"""Folders of runs."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tandem.cli import runs


class _Stopped(datetime):
    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return datetime(2030, 1, 1, tzinfo=UTC)


def test_runs_that_begin_at_once_have_folders_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runs, "datetime", _Stopped)
    made = [runs.new_run_folder("eval") for _ in range(3)]
    assert len(set(made)) == 3
    assert all(folder.is_dir() for folder in made)
    assert set(runs.run_folders("eval")) == set(made)
