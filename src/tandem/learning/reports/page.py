"""The page of an evaluation's report."""

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path
from statistics import median
from typing import Any

from tandem.learning.evaluation.forces import kinds_of
from tandem.learning.evaluation.report import Row, counted
from tandem.learning.evaluation.statistics import median_interval, rate_difference
from tandem.learning.reports import drawing, html
from tandem.learning.reports.causes import Cause, causes, example
from tandem.learning.reports.read import Report
from tandem.learning.reports.sensitivity import sensitivity
from tandem.learning.reports.sensitivity_section import sensitivity_section

_CAUSES = 24
FORCES = {
    "grip": "fingers on objects",
    "objects": "objects on each other",
    "table": "objects on the table",
    "other": "other parts of the robot",
}
"""Kinds of peak forces in words."""
_GROUPS = {"none": "demonstrated as well", "wording": "wordings never demonstrated", "variant": "combinations never demonstrated"}


def eval_page(report: Report) -> str:
    """The page, one file."""
    rows: list[Row] = report["episodes"]
    title = f"{report['suite']}, {report['policy']}"
    parts = [
        _head(report, rows, title),
        _tasks(report),
        _held_out(report),
        _failures(report, rows),
        _interventions(rows),
        _durations(rows),
        _forces(rows),
        sensitivity_section(sensitivity(rows)) if report.get("randomise") or _drawn(rows) else "",
        _origin(report),
    ]
    return html.page(f"{title}: {html.percent(report['success_rate'])}", parts)


def _drawn(rows: Sequence[Row]) -> bool:
    return any(row.get("randomisation") for row in rows)


def _head(report: Report, rows: Sequence[Row], title: str) -> str:
    low, high = report["ci95"]
    of_suite = counted(rows)
    successes = sum(bool(row["success"]) for row in of_suite)
    apart = f" {len(rows) - len(of_suite)} more are counted apart." if len(of_suite) < len(rows) else ""
    durations = [row["duration_s"] for row in rows if row["success"]]
    broken = sum(row.get("ending") == "broken" for row in rows)
    about = [f"seed {report['seed']}", "randomised cell" if report.get("randomise") else "nominal cell"]
    about += [f"{report['delay_s']:g} s added to the policy's delay"] if report.get("delay_s") else []
    figures = [
        (str(report["unintended_contacts"]), "unintended contacts"),
        (f"{sum(row['interventions'] for row in rows) / len(rows):.1f}", "interventions an episode"),
        (f"{median(durations):.1f} s" if durations else "–", "median time of a success"),
        (str(sum(_unnoticed(row) for row in rows)), "failures that the cell did not notice"),
    ]
    figures += [(str(broken), "episodes that could not run")] if broken else []
    return (
        f"<h1>{escape(title)}</h1><p class=pale>{escape(', '.join(about))}</p>"
        f'<section class="head"><div class="big">{html.percent(report["success_rate"])}</div>'
        f"<div>{drawing.share_bar(report['success_rate'], low, high, 460, 26)}"
        f"<p><b>{successes} of {len(of_suite)}</b> episodes succeeded; 95 % interval {html.interval(low, high)} (Wilson)."
        f"{apart}</p>"
        "</div></section>"
        f"{html.tiles(figures)}"
    )


def _unnoticed(row: Row) -> bool:
    return not row["success"] and bool(row.get("perceived_success"))


def _tasks(report: Report) -> str:
    rows = [
        [
            f"{html.name_of(name)}{' (apart)' if entry.get('apart') else ''}"
            f"<div class='pale small'>{escape(entry['instruction'])}</div>",
            f"{entry['successes']} / {entry['n']}",
            drawing.share_bar(entry["rate"], *entry["ci95"]),
            html.interval(*entry["ci95"]),
            _count(entry["unintended_contacts"]),
            str(entry["interventions"]),
            f"{entry['median_duration_s']:.1f} s",
        ]
        for name, entry in report["tasks"].items()
    ]
    headers = ["task", "success", "", "95 %", "unintended", "interventions", "median time"]
    return html.section(
        "By task",
        "Success judged by what really happened; whiskers are 95 % Wilson intervals.",
        html.table(headers, rows, (1, 3, 4, 5, 6)),
    )


def _count(number: int) -> str:
    return f'<b class="bad">{number}</b>' if number else "0"


def _held_out(report: Report) -> str:
    groups: dict[str, Any] = report.get("held_out") or {}
    if set(groups) <= {"none"}:
        return ""
    rows = []
    base = groups.get("none")
    for name, entry in groups.items():
        against = ""
        if name != "none" and base:
            found = rate_difference(entry["successes"], entry["n"], base["successes"], base["n"])
            against = html.points(found.value, found.low, found.high)
        rows.append(
            [
                escape(_GROUPS.get(name, name)),
                f"{entry['successes']} / {entry['n']}",
                drawing.share_bar(entry["rate"], *entry["ci95"]),
                html.interval(*entry["ci95"]),
                against,
            ]
        )
    return html.section(
        "What was held out of training",
        "A fifth of the sentences and of the combinations of things is never demonstrated. Differences, in percentage points "
        "with 95 % intervals, are to what is demonstrated as well.",
        html.table(["episodes with", "success", "", "95 %", "difference"], rows, (1, 3, 4)),
    )


def _failures(report: Report, rows: Sequence[Row]) -> str:
    found = causes(rows)
    if not found:
        return html.section("Failures", "There were none.")
    cards = "".join(_card(report, cause) for cause in found[:_CAUSES])
    more = len(found) - _CAUSES
    return html.section(
        "Failures by cause",
        f"{sum(len(cause.rows) for cause in found)} failures of {len(found)} kinds, the most frequent first. Failures that "
        "differ only in numbers, colours or sides are one kind; pictures show the end of one of them.",
        f'<div class="causes">{cards}</div>',
        f"<p class=pale>and {more} rarer kinds</p>" if more > 0 else "",
    )


def _card(report: Report, cause: Cause) -> str:
    shown = next((shot for row in cause.rows if (shot := html.picture(_end_of(report, row), example(cause)))), "")
    tasks = ", ".join(f"{html.name_of(task)} {count}" for task, count in cause.tasks.items())
    noticed = html.tag("noticed", "pale") if cause.noticed else html.tag("not noticed", "bad")
    seeds = ", ".join(str(row["seed"]) for row in cause.rows[:6])
    return (
        f'<div class="cause">{shown}<div><b>{len(cause.rows)} ×</b> {escape(cause.words)} {noticed}'
        f'<p class="small pale">{tasks}</p><p class="small">{escape(example(cause))}</p>'
        f'<p class="small pale">seeds {seeds}{", …" if len(cause.rows) > 6 else ""}</p></div></div>'
    )


def _end_of(report: Report, row: Row) -> Path:
    """The picture of an episode's end, where it was left or beside the report's own folder if that was moved."""
    folder = Path(row.get("folder") or "nowhere")
    moved = Path(report.get("folder") or "nowhere") / folder.name
    return next((path / "end.png" for path in (folder, moved) if (path / "end.png").is_file()), folder / "end.png")


def _interventions(rows: Sequence[Row]) -> str:
    counts: Counter[str] = Counter()
    episodes: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for row in rows:
        kinds = row.get("intervention_kinds", {})
        counts.update(kinds)
        episodes.update(kinds.keys())
        lost.update(() if row["success"] else kinds.keys())
        reasons.update(row.get("intervention_reasons", ()))
    if not counts:
        return html.section("The safety filter", "It passed every chunk unchanged.")
    chunks = sum(row.get("chunks", 0) for row in rows)
    shown = [
        [escape(kind), str(number), f"{100 * number / chunks:.2f} %" if chunks else "", str(episodes[kind]), str(lost[kind])]
        for kind, number in counts.most_common()
    ]
    often = "".join(f"<li>{escape(reason)} <span class=pale>({number})</span></li>" for reason, number in reasons.most_common(6))
    return html.section(
        "The safety filter",
        f"{sum(counts.values())} of {chunks} chunks were not passed as they came: what was done with them, and by which rule.",
        html.table(["verdict", "chunks", "of all", "episodes", "of these failed"], shown, (1, 2, 3, 4)),
        f"<p class='pale small'>Most episodes with the same reason:</p><ul class=small>{often}</ul>" if often else "",
    )


def _durations(rows: Sequence[Row]) -> str:
    run = [row for row in rows if row.get("ending") != "broken"]
    if not run:
        return ""
    top = max(row["duration_s"] for row in run) or 1.0
    shown = []
    for task in dict.fromkeys(row["task"] for row in run):
        chosen = [row for row in run if row["task"] == task]
        values = [row["duration_s"] for row in chosen]
        marks = [bool(row["success"]) for row in chosen]
        low, high = median_interval(values)
        shown.append(
            [
                html.name_of(task),
                drawing.strip(values, marks, top),
                f"{median(values):.1f} s",
                f"{low:.1f} to {high:.1f} s",
                f"{max(values):.1f} s",
            ]
        )
    return html.section(
        "How long it takes",
        f"From the sentence to the end on the cell's clock, 0 to {top:.0f} s. Rings are failures.",
        html.table(["task", "", "median", "95 %", "longest"], shown, (2, 3, 4)),
    )


def _forces(rows: Sequence[Row]) -> str:
    shown = []
    for task in dict.fromkeys(row["task"] for row in rows):
        for kind in kinds_of(row for row in rows if row["task"] == task):
            chosen = [row for row in rows if row["task"] == task and kind in row.get("peak_force_n", {})]
            values = [row["peak_force_n"][kind] for row in chosen]
            low, high = median_interval(values)
            strip = drawing.strip(values, [bool(row["success"]) for row in chosen], max(values))
            shown.append(
                [
                    html.name_of(task),
                    escape(FORCES.get(kind, kind)),
                    strip,
                    f"{median(values):.1f} N",
                    f"{low:.1f} to {high:.1f} N",
                    f"{max(values):.1f} N",
                ]
            )
    if not shown:
        return ""
    return html.section(
        "Peak forces",
        "The largest force in each episode, each line from 0 to its own greatest. Rings are failures.",
        html.table(["task", "contact", "", "median", "95 %", "greatest"], shown, (3, 4, 5)),
    )


def _origin(report: Report) -> str:
    machine = report.get("machine", {})
    options = ", ".join(f"{key}={value}" for key, value in report.get("options", {}).items())
    wall = report.get("wall_s", 0.0)
    resumed = f"{report['resumed']} episodes from an earlier run that was interrupted" if report.get("resumed") else ""
    return html.section(
        "Where this comes from",
        "The same command with the same source gives the same scenes.",
        html.facts(
            [
                ("command", str(report.get("command", ""))),
                ("source", str(report.get("git", ""))),
                ("machine", ", ".join(str(value) for value in machine.values())),
                ("policy's options", options),
                ("written", str(report.get("created", ""))),
                ("took", f"{wall / 60:.1f} min" if wall else ""),
                ("resumed", resumed),
                ("files", str(report.get("folder", ""))),
            ]
        ),
    )
