"""Reports of evaluations from their files."""

import json
from pathlib import Path
from typing import Any

Report = dict[str, Any]


class NotAReport(ValueError):
    """A file isn't a report of an evaluation; the message says what it is instead."""


def read_report(path: Path) -> Report:
    """A report as `tandem eval --report` wrote it.

    Raises:
        NotAReport: the file can't be read, or is something else.
    """
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotAReport(f"{path} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise NotAReport(f"{path} is not JSON: {error}") from error
    schema = report.get("schema") if isinstance(report, dict) else None
    if schema != "tandem.eval/1":
        raise NotAReport(f"{path} is not a report of an evaluation: its schema is {schema!r}, not 'tandem.eval/1'")
    missing = [key for key in ("success_rate", "ci95", "tasks", "episodes") if key not in report]
    if missing or not report["episodes"]:
        raise NotAReport(f"{path} has no {missing[0] if missing else 'episodes'}: the evaluation was not finished")
    return dict(report)
