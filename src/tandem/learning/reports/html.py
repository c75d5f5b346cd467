"""Pieces of a page: text is escaped by whoever puts it in, so that no sentence of a report becomes markup."""

import base64
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

import cv2

from tandem.learning.reports.style import CSS

_PICTURE_WIDTH = 480


def page(title: str, parts: Iterable[str]) -> str:
    """A whole page that needs no other file and no network."""
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{CSS}</style></head>\n<body><main>\n{body}\n</main></body></html>\n"
    )


def section(title: str, lead: str, *parts: str) -> str:
    """A titled part with a sentence on what it shows; ``parts`` are markup."""
    shown = "\n".join(part for part in parts if part)
    return f'<section><h2>{escape(title)}</h2>\n<p class="pale">{escape(lead)}</p>\n{shown}</section>'


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """A table; cells are markup, the columns in ``numbers`` are set to the right."""

    def row(cells: Sequence[str], kind: str) -> str:
        return "".join(f"<{kind}{' class=n' if at in numbers else ''}>{cell}</{kind}>" for at, cell in enumerate(cells))

    head = f"<tr>{row([escape(header) for header in headers], 'th')}</tr>"
    body = "".join(f"<tr>{row(cells, 'td')}</tr>\n" for cells in rows)
    return f'<div class="wide"><table>{head}\n{body}</table></div>'


def tiles(entries: Iterable[tuple[str, str]]) -> str:
    """Figures with a caption each."""
    shown = "".join(
        f'<div class="tile"><b>{escape(figure)}</b><span class="pale small">{escape(words)}</span></div>'
        for figure, words in entries
    )
    return f'<div class="tiles">{shown}</div>'


def facts(entries: Iterable[tuple[str, str]]) -> str:
    """Names with what they stand for."""
    return (
        f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd><code>{escape(value)}</code></dd>' for name, value in entries if value)}</dl>"
    )


def tag(words: str, kind: str) -> str:
    """A small label; ``kind`` is good, bad, warn or pale."""
    return f'<span class="tag {kind}">{escape(words)}</span>'


def picture(path: Path, alternative: str) -> str:
    """A picture as part of the page, made smaller; nothing where the file can't be read."""
    image = cv2.imread(str(path)) if path.is_file() else None
    if image is None:
        return ""
    scale = min(1.0, _PICTURE_WIDTH / image.shape[1])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])[1]
    data = base64.b64encode(encoded.tobytes()).decode()
    return f'<img alt="{escape(alternative)}" src="data:image/jpeg;base64,{data}">'


def percent(share: float) -> str:
    """A share as people write it."""
    return f"{100 * share:.0f} %"


def interval(low: float, high: float) -> str:
    """An interval of shares."""
    return f"{100 * low:.0f} to {100 * high:.0f} %"


def points(difference: float, low: float, high: float) -> str:
    """A difference of shares with its interval, in percentage points."""
    return f"{100 * difference:+.0f} ({100 * low:+.0f} to {100 * high:+.0f})"


def name_of(task: str) -> str:
    """A task's name as people read it."""
    return escape(task.replace("_", " "))
