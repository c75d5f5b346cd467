"""A report as it is published: all figures, and of each episode what they come from.

``python -m tandem.learning.evaluation.brief REPORT OUT``. Neither traces nor paths of the machine that it was made on are left.
"""

import argparse
import json
import re
from pathlib import Path
from typing import Any, Final

KEPT: Final = (
    "task",
    "index",
    "seed",
    "instruction",
    "held_out",
    "apart",
    "success",
    "duration_s",
    "time_to_success_s",
    "unintended_contacts",
    "unintended",
    "interventions",
    "failure",
    "delay_s",
    "peak_force_n",
)
"""Of an episode."""

LOCAL: Final = ("folder", "resumed")


def brief(report: dict[str, Any]) -> dict[str, Any]:
    """What is published of an evaluation's report, or of a comparison of several, in which no episodes are."""
    shorter = {key: value for key, value in report.items() if key not in LOCAL}
    if "episodes" in report:
        shorter["episodes"] = [{key: row[key] for key in KEPT if key in row} for row in report["episodes"]]
    return _without_paths(shorter)


def _without_paths(value: Any) -> Any:
    """The same with only the last part of each absolute path."""
    if isinstance(value, dict):
        return {key: _without_paths(entry) for key, entry in value.items() if key not in LOCAL}
    if isinstance(value, list):
        return [_without_paths(entry) for entry in value]
    if isinstance(value, str):
        return re.sub(r"(?<![\w:/.])/(?:[\w.+-]+/)+", "", value)
    return value


def main() -> None:
    """Read one report and write the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    text = json.dumps(brief(json.loads(asked.report.read_text())), indent=1)
    # An episode takes one line.
    text = re.sub(r"\n {3,}", " ", text)
    asked.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
