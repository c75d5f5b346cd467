"""Failures of an evaluation by their cause: those that differ only in what they are about, or by how much, are one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tandem.learning.evaluation.report import Row

_NUMBER = re.compile(r"(?<![\w])[-+]?\d+(?:[.,]\d+)?(?:e[-+]?\d+)?")
_COLOURS = re.compile(r"\b(red|green|blue|yellow|orange|purple|black|white|grey|gray|pink|brown)[ _]")
_SIDES = re.compile(r"\b(left|right)(?=( |_)(arm|hand|gripper|finger|wrist|bin|elbow|shoulder|forearm|upper))")
_PARTS = re.compile(r"\bbox/(\w+?)(?:(?<=ch)es|s)?/\w+(?:/\w+)?")
_WHITESPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Cause:
    """A kind of failure.

    Attributes:
        words: what the failures have in common; numbers, colours and sides are left open.
        noticed: whether the cell itself knew that it had failed.
        rows: of the failures.
    """

    words: str
    noticed: bool
    rows: tuple[Row, ...]

    @property
    def tasks(self) -> dict[str, int]:
        """How many failures each task has of this kind."""
        counts: dict[str, int] = {}
        for row in self.rows:
            counts[row["task"]] = counts.get(row["task"], 0) + 1
        return counts

    def as_json(self) -> dict[str, Any]:
        """As reports tell it."""
        return {"cause": self.words, "n": len(self.rows), "noticed": self.noticed, "tasks": self.tasks, "example": example(self)}


def causes(rows: Sequence[Row]) -> list[Cause]:
    """The kinds of failures, the most frequent first."""
    groups: dict[tuple[str, bool], list[Row]] = {}
    for row in rows:
        if not row["success"]:
            groups.setdefault(_cause_of(row), []).append(row)
    found = [Cause(words, noticed, tuple(group)) for (words, noticed), group in groups.items()]
    return sorted(found, key=lambda cause: (-len(cause.rows), cause.words))


def example(cause: Cause) -> str:
    """What is said of one of the failures, in full."""
    return str(cause.rows[0]["failure"])


def general(text: str) -> str:
    """A text without what is particular to an episode."""
    text = _PARTS.sub(r"a \1", text)
    text = _NUMBER.sub("…", text)
    text = _COLOURS.sub("", text)
    text = _SIDES.sub("one", text)
    return _WHITESPACE.sub(" ", text).strip()


def _cause_of(row: Row) -> tuple[str, bool]:
    """What the cell says went wrong; what is wrong in the world where the cell believes that all is well."""
    unmet, reason = row.get("unmet"), row.get("reason")
    if unmet is None or reason is None:
        return general(row["failure"]), not row.get("perceived_success", False)
    if row.get("perceived_success"):
        return general(unmet), False
    ending = str(row["ending"]).replace("_", " ")
    return general(f"{ending}: {reason or unmet}"), True
