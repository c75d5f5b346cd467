"""Evaluations against one another: what grounding, touch, delays or another policy change, and how surely."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

from tandem.learning import provenance
from tandem.learning.evaluation.forces import kinds_of
from tandem.learning.evaluation.report import Row, counted
from tandem.learning.evaluation.statistics import Difference, Pairs, median_difference, paired, rate_difference, wilson_interval
from tandem.learning.reports.read import Report


@dataclass(frozen=True)
class Share:
    """Successes of ``n`` episodes, with the share and its 95 % interval."""

    n: int
    successes: int
    rate: float
    ci95: tuple[float, float]


@dataclass(frozen=True)
class Forces:
    """Peak forces of one kind: how many episodes, their median [N], and how it differs from the first report's."""

    n: int
    median: float
    difference: Difference | None


@dataclass(frozen=True)
class Contrast:
    """A report, or a task of it, against the first report.

    Attributes:
        share: its own successes.
        difference: of the shares, in tasks that both have; None for the first report itself, or where the first has no such task.
        pairs: the episodes that both have, one by one, where nearly all of the smaller one are of the same scenes and sentences.
        forces: peak forces by kind.
    """

    share: Share
    difference: Difference | None
    pairs: Pairs | None
    forces: dict[str, Forces]


@dataclass(frozen=True)
class Entry:
    """One report: its name in the comparison, all its episodes, and each task."""

    name: str
    whole: Contrast
    tasks: dict[str, Contrast]
    report: Report


@dataclass(frozen=True)
class Comparison:
    """Reports against the first of them; ``warnings`` say what makes them less comparable."""

    entries: tuple[Entry, ...]
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Schema tandem.compare/1."""
        shown = []
        for entry in self.entries:
            told = asdict(entry)
            told["report"] = {key: entry.report.get(key) for key in _TOLD}
            shown.append(told)
        return {
            "schema": "tandem.compare/1",
            "git": provenance.git_state(),
            "base": self.entries[0].name,
            "warnings": list(self.warnings),
            "reports": shown,
        }


_TOLD = ("suite", "policy", "seed", "git", "options", "randomise", "delay_s", "command")


def compare(reports: Sequence[Report], names: Sequence[str]) -> Comparison:
    """Compare with the first.

    Raises:
        ValueError: fewer than two reports, or names that aren't one a report.
    """
    if len(reports) < 2:
        raise ValueError("a comparison needs at least two reports")
    if len(set(names)) != len(reports):
        raise ValueError(f"{len(reports)} reports need as many different names, not {', '.join(names)}")
    base = reports[0]
    entries = [
        _entry(report, base if place else None, name) for place, (report, name) in enumerate(zip(reports, names, strict=True))
    ]
    return Comparison(tuple(entries), tuple(_warnings(reports, names)))


def names_of(reports: Sequence[Report], files: Sequence[str]) -> list[str]:
    """What each report has that the others have not; the files' names where that doesn't tell them apart."""
    settings = [_settings(report) for report in reports]
    keys = list(dict.fromkeys(key for entries in settings for key in entries))
    differing = [key for key in keys if len({entries.get(key) for entries in settings}) > 1]
    names = [", ".join(_said(key, entries[key]) for key in differing if entries.get(key) is not None) for entries in settings]
    if len(set(names)) == len(reports) and all(names):
        return names
    return list(files) if len(set(files)) == len(files) else [f"{number + 1}: {name}" for number, name in enumerate(files)]


def _settings(report: Report) -> dict[str, Any]:
    options = {f"option {key}": str(value) for key, value in report.get("options", {}).items()}
    plain = {key: report.get(key) for key in ("policy", "suite", "delay_s", "randomise") if report.get(key) is not None}
    return plain | options


def _said(key: str, value: Any) -> str:
    if key == "delay_s":
        return f"{value:g} s added"
    if key == "randomise":
        return "randomised" if value else "nominal"
    return str(value) if key in ("policy", "suite") else f"{key.removeprefix('option ')}={str(value).rsplit('/', 1)[-1]}"


def _entry(report: Report, base: Report | None, name: str) -> Entry:
    rows: list[Row] = report["episodes"]
    tasks = dict.fromkeys(row["task"] for row in rows)
    theirs: list[Row] = [] if base is None else base["episodes"]
    by_task = {task: _contrast(_of(rows, (task,)), None if base is None else _of(theirs, (task,))) for task in tasks}
    whole = _contrast(counted(rows), None)
    if base is not None:
        both = [task for task in tasks if _of(theirs, (task,))]
        shared = _contrast(counted(_of(rows, both)), counted(_of(theirs, both))) if both else whole
        whole = replace(shared, share=whole.share)
    return Entry(name, whole, by_task, report)


def _of(rows: Sequence[Row], tasks: Sequence[str]) -> list[Row]:
    return [row for row in rows if row["task"] in tasks]


def _contrast(rows: Sequence[Row], base: Sequence[Row] | None) -> Contrast:
    successes = _successes(rows)
    rate = successes / len(rows) if rows else 0.0
    share = Share(len(rows), successes, rate, wilson_interval(successes, len(rows)))
    difference = rate_difference(successes, len(rows), _successes(base), len(base)) if base and rows else None
    pairs = _pairs(rows, base) if base else None
    return Contrast(share, difference, pairs, _forces(rows, base))


def _successes(rows: Sequence[Row]) -> int:
    return sum(bool(row["success"]) for row in rows)


def _pairs(rows: Sequence[Row], base: Sequence[Row]) -> Pairs | None:
    ours, theirs = ({_trial(row): bool(row["success"]) for row in side} for side in (rows, base))
    both = [trial for trial in theirs if trial in ours]
    if not both or len(both) < 0.9 * min(len(ours), len(theirs)):
        return None
    return paired([theirs[trial] for trial in both], [ours[trial] for trial in both])


def _trial(row: Row) -> tuple[str, int, str]:
    """What makes an episode the same: its task, its scene, its sentence."""
    return row["task"], row["seed"], row["instruction"]


def _forces(rows: Sequence[Row], base: Sequence[Row] | None) -> dict[str, Forces]:
    found = {}
    for kind in kinds_of(rows):
        values, theirs = _peaks(rows, kind), _peaks(base or (), kind)
        if values:
            difference = median_difference(values, theirs) if min(len(values), len(theirs)) >= 3 else None
            found[kind] = Forces(len(values), median(values), difference)
    return found


def _peaks(rows: Sequence[Row], kind: str) -> list[float]:
    return [row["peak_force_n"][kind] for row in rows if kind in row.get("peak_force_n", {})]


def _warnings(reports: Sequence[Report], names: Sequence[str]) -> list[str]:
    first = reports[0]
    words = {"suite": "another suite", "git": "another state of the source", "seed": "other scenes (another seed)"}
    said = []
    for report, name in zip(reports[1:], names[1:], strict=True):
        found = [text for key, text in words.items() if report.get(key) != first.get(key)]
        if set(report["tasks"]) != set(first["tasks"]):
            found.append("other tasks")
        if bool(report.get("randomise")) != bool(first.get("randomise")):
            found.append("a cell that is varied otherwise")
        if found:
            said.append(f"{name} has {', '.join(found)} than {names[0]}")
    return said
