"""What success depends on, as a part of a page."""

from html import escape

from tandem.learning.reports import drawing, html
from tandem.learning.reports.sensitivity import Factor, Sensitivity

_CHARTS = 6


def sensitivity_section(found: Sensitivity) -> str:
    """Table of all factors, and charts of those with the greatest effects."""
    lead = (
        "Each episode drew its own light, cameras, friction, masses and delays. The effect is how much success changes from a "
        "factor's 10th to its 90th percentile, in percentage points, tasks being equal (logistic regression); the wide interval "
        "allows for so many factors being looked at."
    )
    say = f'<p class="say">{escape(found.verdict)}</p>'
    if not found.factors:
        return html.section("What success depends on", lead, say)
    reach = max(max(abs(entry.ci_all[0]), abs(entry.ci_all[1])) for entry in found.factors)
    rows = [
        [
            escape(entry.name),
            f"{entry.low:.3g} to {entry.high:.3g}",
            drawing.difference_bar(entry.effect, *entry.ci95, reach),
            html.points(entry.effect, *entry.ci95),
            f"{100 * entry.ci_all[0]:+.0f} to {100 * entry.ci_all[1]:+.0f}",
            html.tag("stands out", "warn") if entry.stands_out else "",
        ]
        for entry in found.factors
    ]
    charts = "".join(_chart(entry) for entry in found.factors[:_CHARTS])
    headers = ["factor", "from, to", "", "effect (95 %)", "for all factors", ""]
    return html.section(
        "What success depends on", lead, say, html.table(headers, rows, (1, 3, 4)), f'<div class="grid">{charts}</div>'
    )


def _chart(entry: Factor) -> str:
    middles = [(part.low + part.high) / 2 for part in entry.bins]
    rates = [part.successes / part.n for part in entry.bins]
    labels = [f"{value:.3g}" for value in middles]
    drawn = drawing.curve(middles, rates, [part.ci95 for part in entry.bins], labels)
    return f'<div><p class="small">{escape(entry.name)}</p>{drawn}</div>'
