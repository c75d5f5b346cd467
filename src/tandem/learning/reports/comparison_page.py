"""The page of a comparison of reports."""

from html import escape

from tandem.learning.evaluation.statistics import Difference
from tandem.learning.reports import drawing, html
from tandem.learning.reports.compare import Comparison, Contrast, Entry
from tandem.learning.reports.page import FORCES

_SHOWN_DELAYS = 2


def comparison_page(found: Comparison) -> str:
    """The page, one file."""
    base = found.entries[0].name
    title = "Compared: " + ", ".join(entry.name for entry in found.entries)
    warnings = "".join(f'<p class="say">{escape(words)}.</p>' for words in found.warnings)
    parts = [
        f"<h1>{escape(title)}</h1><p class=pale>Differences are to {escape(base)}.</p>{warnings}",
        _overall(found),
        _delays(found),
        _tasks(found),
        _forces(found),
        _origin(found),
    ]
    return html.page(title, parts)


def _overall(found: Comparison) -> str:
    rows = [[escape(entry.name), *_cells(entry.whole, found)] for entry in found.entries]
    return html.section(
        "Success",
        "Shares with 95 % Wilson intervals; differences in percentage points with Newcombe's 95 % interval. Where episodes are "
        "of the same scenes and sentences they are compared one by one as well: gained and lost, with McNemar's exact test.",
        html.table(["report", "success", "", "95 %", "difference", "", "one by one"], rows, (1, 3, 5)),
    )


def _cells(contrast: Contrast, found: Comparison) -> list[str]:
    share, difference, pairs = contrast.share, contrast.difference, contrast.pairs
    one_by_one = f"+{pairs.gained} −{pairs.lost}, {_p(pairs.p)}" if pairs else ""
    return [
        f"{share.successes} / {share.n}",
        drawing.share_bar(share.rate, *share.ci95, width=190),
        html.interval(*share.ci95),
        _difference_bar(difference, _reach(found)),
        html.points(difference.value, difference.low, difference.high) if difference else "",
        f'<span class="small">{one_by_one}</span>',
    ]


def _reach(found: Comparison) -> float:
    """The greatest difference of shares that any interval holds: all are drawn alike."""
    contrasts = [contrast for entry in found.entries for contrast in (entry.whole, *entry.tasks.values())]
    ends = [max(abs(contrast.difference.low), abs(contrast.difference.high)) for contrast in contrasts if contrast.difference]
    return max(ends, default=1.0) or 1.0


def _difference_bar(difference: Difference | None, reach: float, *, less_is_better: bool = False) -> str:
    if difference is None:
        return ""
    ends = (difference.value, difference.low, difference.high)
    return drawing.difference_bar(*ends, reach, less_is_better=less_is_better, width=170)


def _p(p: float) -> str:
    return f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"


def _delays(found: Comparison) -> str:
    """Success against the delay, where that is all in which the reports differ."""
    delays = [float(entry.report.get("delay_s") or 0.0) for entry in found.entries]
    policies = {(entry.report["policy"], str(entry.report.get("options"))) for entry in found.entries}
    if len(set(delays)) < max(_SHOWN_DELAYS, len(delays)) or len(policies) > 1:
        return ""
    ordered = sorted(zip(delays, found.entries, strict=True), key=lambda pair: pair[0])

    def chart(title: str, shares: list[tuple[float, Contrast]]) -> str:
        xs = [delay for delay, _ in shares]
        labels = [f"{delay:g} s" for delay in xs]
        drawn = drawing.curve(xs, [one.share.rate for _, one in shares], [one.share.ci95 for _, one in shares], labels)
        return f'<div><p class="small">{title}</p>{drawn}</div>'

    charts = [chart("all tasks", [(delay, entry.whole) for delay, entry in ordered])]
    for task in found.entries[0].tasks:
        shares = [(delay, entry.tasks[task]) for delay, entry in ordered if task in entry.tasks]
        charts.append(chart(html.name_of(task), shares))
    return html.section(
        "Success against the delay",
        "Seconds added to the time from an observation to the policy's chunk.",
        f'<div class="grid">{"".join(charts)}</div>',
    )


def _tasks(found: Comparison) -> str:
    rows = []
    for task in _all_tasks(found.entries):
        for place, entry in enumerate(entry for entry in found.entries if task in entry.tasks):
            rows.append([html.name_of(task) if place == 0 else "", escape(entry.name), *_cells(entry.tasks[task], found)])
    headers = ["task", "report", "success", "", "95 %", "difference", "", "one by one"]
    return html.section("By task", "Of twenty such differences one looks clear by chance.", html.table(headers, rows, (2, 4, 6)))


def _all_tasks(entries: tuple[Entry, ...]) -> list[str]:
    return list(dict.fromkeys(task for entry in entries for task in entry.tasks))


def _forces(found: Comparison) -> str:
    rows = []
    for task in _all_tasks(found.entries):
        for kind in dict.fromkeys(kind for entry in found.entries if task in entry.tasks for kind in entry.tasks[task].forces):
            words = FORCES.get(kind, kind)
            shown = [entry for entry in found.entries if task in entry.tasks and kind in entry.tasks[task].forces]
            reach = max(
                (
                    max(abs(change.low), abs(change.high))
                    for entry in shown
                    if (change := entry.tasks[task].forces[kind].difference)
                ),
                default=1.0,
            )
            for place, entry in enumerate(shown):
                forces = entry.tasks[task].forces[kind]
                change = forces.difference
                rows.append(
                    [
                        html.name_of(task) if place == 0 else "",
                        escape(words) if place == 0 else "",
                        escape(entry.name),
                        f"{forces.median:.1f} N",
                        _difference_bar(change, max(reach, 1e-6), less_is_better=True),
                        f"{change.value:+.1f} ({change.low:+.1f} to {change.high:+.1f}) N" if change else "",
                        _p(change.p) if change else "",
                    ]
                )
    if not rows:
        return ""
    headers = ["task", "contact", "report", "median", "difference", "", "Mann-Whitney"]
    return html.section(
        "Peak forces",
        "Medians of the largest force in each episode; differences of medians with 95 % bootstrap intervals.",
        html.table(headers, rows, (3, 5, 6)),
    )


def _origin(found: Comparison) -> str:
    return html.section(
        "Where this comes from",
        "Each report's command and source.",
        html.facts(
            (entry.name, f"{entry.report.get('command') or 'command not kept'} · {entry.report.get('git')}")
            for entry in found.entries
        ),
    )
