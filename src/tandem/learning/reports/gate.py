"""Whether a report is good enough to go on with."""

from dataclasses import dataclass

from tandem.learning.reports.read import Report


@dataclass(frozen=True)
class Bar:
    """What a report must reach.

    Attributes:
        at_least: share of all episodes that succeed.
        task_at_least: likewise of each task.
        no_unintended: whether there may be no unintended contact at all.
        episodes_at_least: that each task must have had.
        tasks: that must be among the report's.
        surely: whether the lower end of the 95 % interval counts instead of the share.
    """

    at_least: float | None = None
    task_at_least: float | None = None
    no_unintended: bool = False
    episodes_at_least: int = 1
    tasks: tuple[str, ...] = ()
    surely: bool = False

    def __post_init__(self) -> None:
        for share in (self.at_least, self.task_at_least):
            if share is not None and not 0.0 <= share <= 1.0:
                raise ValueError(f"a share of {share:g} can't be asked for: it must be between 0 and 1")


def shortfalls(report: Report, bar: Bar) -> list[str]:
    """In what a report falls short, in words; empty when it is good enough."""
    found = []
    if bar.at_least is not None:
        found += _short("success", report["success_rate"], report["ci95"], bar.at_least, bar.surely)
    for name, entry in report["tasks"].items():
        if bar.task_at_least is not None:
            found += _short(name, entry["rate"], entry["ci95"], bar.task_at_least, bar.surely)
        if entry["n"] < bar.episodes_at_least:
            found.append(f"{name}: {entry['n']} episodes, fewer than {bar.episodes_at_least}")
    found += [f"{name}: not evaluated" for name in bar.tasks if name not in report["tasks"]]
    if bar.no_unintended and report["unintended_contacts"]:
        rows = [row for row in report["episodes"] if row["unintended_contacts"]]
        first = "; ".join(rows[0].get("unintended", ())) if rows else ""
        found.append(
            f"{report['unintended_contacts']} unintended contacts in {len(rows)} episodes, for example: {first}".rstrip(": ")
        )
    broken = sum(row.get("ending") == "broken" for row in report["episodes"])
    if broken:
        found.append(f"{broken} episodes could not run")
    return found


def _short(name: str, rate: float, ci95: list[float], wanted: float, surely: bool) -> list[str]:
    reached = ci95[0] if surely else rate
    if reached >= wanted:
        return []
    what = "the lower end of the 95 % interval is " if surely else ""
    return [f"{name}: {what}{100 * reached:.1f} %, less than {100 * wanted:.1f} %"]
