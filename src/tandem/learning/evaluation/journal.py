"""Rows of an evaluation as they come, a line of JSON each, so that an evaluation that was interrupted goes on."""

import fcntl
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from tandem.learning import provenance
from tandem.learning.evaluation.report import Row
from tandem.learning.evaluation.settings import Settings

ROWS = "rows.jsonl"
HEAD = "evaluation.json"


class OtherEvaluation(ValueError):
    """A folder's rows can't stand in the report that is asked for; the message says why."""


class Journal:
    """The rows in a run's folder; one process at a time adds to them, until ``close``.

    Attributes:
        folder: of the run; there are ``evaluation.json`` and ``rows.jsonl`` in it.
    """

    def __init__(self, folder: Path, settings: Settings, report: Path | None = None) -> None:
        """Begin in a folder, or go on in it.

        Raises:
            OtherEvaluation: it has rows of other settings, or of another state of the source, or is being added to.
        """
        self.folder = folder
        self._path = folder / ROWS
        known = {"settings": settings.as_json(), "git": provenance.git_state()}
        folder.mkdir(parents=True, exist_ok=True)
        self._file = _alone(self._path)
        if (folder / HEAD).is_file():
            head = read_head(folder)
            try:
                _see_same(folder, head, known)
            except OtherEvaluation:
                self.close()
                raise
            self._head = head
        else:
            self._head = {"schema": "tandem.eval-run/1", **known, "begun": datetime.now(UTC).isoformat(timespec="seconds")}
        self._write_head(finished=False, report=None if report is None else str(report.absolute()))

    def rows(self) -> dict[tuple[str, int], Row]:
        """Those that were done, by task and index; episodes that broke off count as not done."""
        rows = (row for row in _read(self._path) if row.get("ending") != "broken")
        return {(row["task"], row["index"]): row for row in rows}

    def add(self, row: Row) -> None:
        """Keep a row, whatever ends this process afterwards."""
        self._file.write(json.dumps(row).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def finish(self) -> None:
        """Nothing is missing: the same command begins anew."""
        self._write_head(finished=True)

    def close(self) -> None:
        """Another process may go on."""
        self._file.close()

    def _write_head(self, **entries: Any) -> None:
        self._head |= entries
        partial = self.folder / f"{HEAD}.part"
        partial.write_text(json.dumps(self._head, indent=2) + "\n", encoding="utf-8")
        partial.replace(self.folder / HEAD)


def read_head(folder: Path) -> dict[str, Any]:
    """What a run's folder says of itself.

    Raises:
        OtherEvaluation: it isn't one.
    """
    try:
        head: dict[str, Any] = json.loads((folder / HEAD).read_text(encoding="utf-8"))
        Settings.from_json(head["settings"] | {"options": {}})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OtherEvaluation(f"{folder} is not the folder of an evaluation: it has no {HEAD} that can be read") from error
    return head


def unfinished(folders: Sequence[Path], settings: Settings, report: Path) -> Path | None:
    """The newest of these folders in which an evaluation with these settings, of this source, into this report was broken off."""
    known = {"settings": settings.as_json(), "git": provenance.git_state(), "report": str(report.absolute())}
    for folder in sorted(folders, key=lambda path: path.name, reverse=True):
        try:
            head = read_head(folder)
        except OtherEvaluation:
            continue
        if all(head.get(key) == value for key, value in known.items()) and not _is_in_use(folder / ROWS):
            return None if head.get("finished") else folder
    return None


def _alone(path: Path) -> BinaryIO:
    """The file to add lines to, held against other processes.

    Raises:
        OtherEvaluation: one holds it already.
    """
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise OtherEvaluation(f"an evaluation is running in {path.parent}: wait for it, or end it first") from error
    # What a process that was killed left of a line must not spoil the next one.
    if file.tell() > 0 and not path.read_bytes().endswith(b"\n"):
        file.write(b"\n")
    return file


def _is_in_use(path: Path) -> bool:
    try:
        _alone(path).close()
    except OtherEvaluation:
        return True
    return False


def _see_same(folder: Path, head: dict[str, Any], known: dict[str, Any]) -> None:
    before, now = head["settings"], known["settings"]
    changed = [key for key in now if before.get(key) != now[key]]
    if changed:
        key = changed[0]
        raise OtherEvaluation(f"{folder} was begun with {key} {before.get(key)!r}, not {now[key]!r}: leave --resume out")
    if head["git"] != known["git"]:
        raise OtherEvaluation(
            f"{folder} was begun with the source at {head['git']}, which is at {known['git']} now: "
            "its rows would be of two programs; leave --resume out to begin anew"
        )


def _read(path: Path) -> list[Row]:
    if not path.is_file():
        return []
    rows = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows
