import re
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
from made_up_reports import made_up

from tandem.learning.reports.page import eval_page

_VOID = {"meta", "img", "br", "circle", "rect", "path", "polygon", "polyline"}


class _Balanced(HTMLParser):
    """Fails where elements aren't closed in the order in which they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        assert tag in _VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_says_what_the_report_says() -> None:
    report = made_up(10, seed=3, command="tandem eval --suite tabletop --report r.json")
    page = eval_page(report)
    assert f">{100 * report['success_rate']:.0f} %<" in page
    for name, entry in report["tasks"].items():
        assert name.replace("_", " ") in page
        assert f"{entry['successes']} / {entry['n']}" in page
    assert "wordings never demonstrated" in page
    assert "no grasp of the cube was found after … attempts" in page
    assert "slowed distance" in page
    assert "fingers on objects" in page
    assert "tandem eval --suite tabletop --report r.json" in page
    assert "What success depends on" not in page


def test_the_page_is_whole_and_needs_nothing_from_elsewhere() -> None:
    page = eval_page(made_up(15, friction_effect=4.0))
    parser = _Balanced()
    parser.feed(page)
    assert parser.open == []
    assert not re.search(r"""(src|href)=["']?(?!data:)|https?://|@import|<script|nan""", page)
    assert "What success depends on" in page


def test_what_a_report_says_never_becomes_markup() -> None:
    report = made_up(4)
    for row in report["episodes"]:
        row |= {"success": False, "unmet": "<script>alert(1)</script>", "reason": "", "failure": "<b>x</b>", "ending": "done"}
        row["intervention_reasons"] = ["<img src=x>"]
    report["policy"] = "<i>"
    page = eval_page(report)
    assert "<script>" not in page
    assert "<b>x</b>" not in page
    assert "<img src=x>" not in page
    assert "<i>" not in page


def test_pictures_are_shown_where_they_are_or_where_the_run_was_moved(tmp_path: Path) -> None:
    report = made_up(12, folder=str(tmp_path))
    failed = next(row for row in report["episodes"] if not row["success"])
    failed["folder"] = "/gone/elsewhere/one-1"
    assert "data:image" not in eval_page(report)
    (tmp_path / "one-1").mkdir()
    cv2.imwrite(str(tmp_path / "one-1" / "end.png"), np.zeros((60, 80, 3), np.uint8))
    assert eval_page(report).count("data:image/jpeg") == 1


def test_a_report_without_failures_and_one_of_an_older_program_have_pages_as_well() -> None:
    report = made_up(3)
    for row in report["episodes"]:
        for key in ("peak_force_n", "intervention_kinds", "intervention_reasons", "held_out", "unmet", "reason", "chunks"):
            row.pop(key)
        row["success"] = True
    for key in ("held_out", "options", "randomise", "delay_s"):
        report.pop(key)
    page = eval_page(report)
    assert "There were none." in page
    assert "It passed every chunk unchanged." in page
