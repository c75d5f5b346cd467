"""Charts as SVG inside a page; colours are the style sheet's."""

import math
from collections.abc import Sequence
from html import escape

_WIDTH, _HEIGHT = 260, 18


def share_bar(rate: float, low: float, high: float, width: int = _WIDTH, height: int = _HEIGHT) -> str:
    """A share as a bar from 0 to 1, and its interval as a whisker."""
    inner = width - 4
    x, left, right = (2 + inner * value for value in (rate, low, high))
    top, middle = height * 0.22, height / 2
    cap = height * 0.22
    words = f"{100 * rate:.0f} %, 95 % interval {100 * low:.0f} to {100 * high:.0f} %"
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<title>{words}</title>"
        f'<rect class="track" x="2" y="{top:.1f}" width="{inner}" height="{height - 2 * top:.1f}" rx="3"/>'
        f'<rect class="soft" x="2" y="{top:.1f}" width="{max(x - 2, 0):.1f}" height="{height - 2 * top:.1f}" rx="3"/>'
        f'<path class="whisker" d="M{left:.1f} {middle - cap:.1f}v{2 * cap:.1f}M{left:.1f} {middle:.1f}H{right:.1f}'
        f'M{right:.1f} {middle - cap:.1f}v{2 * cap:.1f}"/><circle class="bar" cx="{x:.1f}" cy="{middle:.1f}" r="4.2"/></svg>'
    )


def difference_bar(
    value: float,
    low: float,
    high: float,
    reach: float,
    *,
    less_is_better: bool = False,
    width: int = _WIDTH,
    height: int = _HEIGHT,
) -> str:
    """A difference with its interval about zero; ``reach`` is the value at either end of the drawing."""

    def at(number: float) -> float:
        return width / 2 + (width / 2 - 6) * max(-1.0, min(1.0, number / reach))

    better = high < 0 if less_is_better else low > 0
    kind = "even" if low <= 0 <= high else "up" if better else "down"
    middle, cap = height / 2, height * 0.22
    words = f"{value:+.3g}, 95 % interval {low:+.3g} to {high:+.3g}"
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<title>{words}</title>"
        f'<path class="zero" d="M{width / 2} 0V{height}"/>'
        f'<path class="whisker" d="M{at(low):.1f} {middle - cap:.1f}v{2 * cap:.1f}M{at(low):.1f} {middle:.1f}H{at(high):.1f}'
        f'M{at(high):.1f} {middle - cap:.1f}v{2 * cap:.1f}"/>'
        f'<circle class="{kind}" cx="{at(value):.1f}" cy="{middle:.1f}" r="4.2"/></svg>'
    )


def strip(values: Sequence[float], marks: Sequence[bool], top: float, width: int = 420, height: int = 24) -> str:
    """Values along a line from 0 to ``top``, those not marked as hollow red rings, and the median of all as a stroke."""
    inner = width - 12
    dots = []
    for number, (value, good) in enumerate(zip(values, marks, strict=True)):
        # Spread a little, always in the same way, so that equal values are seen to be several.
        y = height / 2 + (height / 2 - 6) * math.sin(2.4 * number)
        x = 6 + inner * min(1.0, value / top) if top > 0 else 6.0
        dots.append(f'<circle class="{"dot" if good else "miss"}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>')
    ordered = sorted(values)
    middle = 6 + inner * min(1.0, ordered[len(ordered) // 2] / top) if ordered and top > 0 else 6.0
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<path class="axis" d="M6 {height / 2}H{width - 6}"/>'
        f'{"".join(dots)}<path class="middle" d="M{middle:.1f} 3V{height - 3}"/></svg>'
    )


def curve(
    xs: Sequence[float], rates: Sequence[float], intervals: Sequence[tuple[float, float]], labels: Sequence[str], width: int = 300
) -> str:
    """Shares against a number: points with whiskers, joined, on an axis from 0 to 100 %. ``labels`` stand at both ends below."""
    height, left, bottom = 130, 40, 108
    span = (max(xs) - min(xs)) or 1.0

    def x(value: float) -> float:
        return left + 12 + (width - left - 28) * (value - min(xs)) / span

    def y(share: float) -> float:
        return bottom - (bottom - 8) * share

    parts = [f'<path class="axis" d="M{left} {y(level):.1f}H{width - 4}"/>' for level in (0.0, 0.5, 1.0)]
    parts += [
        f'<text x="{left - 5}" y="{y(level) + 4:.1f}" text-anchor="end">{100 * level:.0f} %</text>' for level in (0.0, 0.5, 1.0)
    ]
    upper = " ".join(f"{x(value):.1f},{y(high):.1f}" for value, (_, high) in zip(xs, intervals, strict=True))
    lower = " ".join(f"{x(value):.1f},{y(low):.1f}" for value, (low, _) in reversed(list(zip(xs, intervals, strict=True))))
    parts.append(f'<polygon class="area" points="{upper} {lower}"/>')
    joined = " ".join(f"{x(value):.1f},{y(rate):.1f}" for value, rate in zip(xs, rates, strict=True))
    parts.append(f'<polyline class="trend" points="{joined}"/>')
    for value, rate, (low, high) in zip(xs, rates, intervals, strict=True):
        parts.append(f'<path class="whisker" d="M{x(value):.1f} {y(low):.1f}V{y(high):.1f}"/>')
        parts.append(f'<circle class="bar" cx="{x(value):.1f}" cy="{y(rate):.1f}" r="4"/>')
    parts.append(f'<text x="{x(min(xs)):.1f}" y="{height - 6}" text-anchor="middle">{escape(labels[0])}</text>')
    if len(xs) > 1:
        parts.append(f'<text x="{x(max(xs)):.1f}" y="{height - 6}" text-anchor="end" dx="12">{escape(labels[-1])}</text>')
    return f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}">{"".join(parts)}</svg>'
