from pathlib import Path
from typing import Any

import pytest

from tandem.learning import provenance
from tandem.learning.evaluation.journal import ROWS, Journal, OtherEvaluation, read_head, unfinished
from tandem.learning.evaluation.settings import HIDDEN, Settings

SETTINGS = Settings("tabletop", "vla", 3, (("api_key", "s3cret"), ("touch", "on")), ("lift_tray",), True, 0.1)


def row(task: str, index: int, **fields: Any) -> dict[str, Any]:
    return {"task": task, "index": index, "ending": "done"} | fields


def test_rows_are_there_again_and_those_that_broke_off_are_not(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "run", SETTINGS)
    journal.add(row("a", 0))
    journal.add(row("a", 1, ending="broken"))
    journal.add(row("b", 0))
    journal.close()
    again = Journal(tmp_path / "run", SETTINGS)
    assert set(again.rows()) == {("a", 0), ("b", 0)}
    again.add(row("a", 1, success=True))
    assert again.rows()["a", 1]["success"]


def test_half_a_line_is_lost_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path, SETTINGS)
    journal.add(row("a", 0))
    with (tmp_path / ROWS).open("a") as file:
        file.write('{"task": "a", "ind')
    journal.close()
    journal = Journal(tmp_path, SETTINGS)
    journal.add(row("a", 2))
    journal.close()
    assert set(Journal(tmp_path, SETTINGS).rows()) == {("a", 0), ("a", 2)}


def test_rows_of_other_settings_or_another_source_are_not_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Journal(tmp_path, SETTINGS).close()
    with pytest.raises(OtherEvaluation, match=r"begun with delay_s 0.1, not 0.2"):
        Journal(tmp_path, SETTINGS.with_delay(0.2))
    monkeypatch.setattr(provenance, "git_state", lambda: "another")
    with pytest.raises(OtherEvaluation, match="which is at another now"):
        Journal(tmp_path, SETTINGS)


def test_the_same_command_finds_what_was_interrupted(tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    folders = [tmp_path / name for name in ("eval-1", "eval-2", "eval-3")]
    Journal(folders[0], SETTINGS, report).close()
    Journal(folders[1], SETTINGS, tmp_path / "other.json").close()
    folders[2].mkdir()
    assert unfinished(folders, SETTINGS, report) == folders[0]
    assert unfinished(folders, SETTINGS.with_delay(0.0), report) is None
    journal = Journal(folders[0], SETTINGS, report)
    journal.finish()
    journal.close()
    assert unfinished(folders, SETTINGS, report) is None


def test_settings_come_back_from_the_folder_without_its_secrets(tmp_path: Path) -> None:
    Journal(tmp_path, SETTINGS)
    head = read_head(tmp_path)
    assert "s3cret" not in (tmp_path / "evaluation.json").read_text()
    assert head["settings"]["options"]["api_key"] == HIDDEN
    with pytest.raises(ValueError, match="--option api_key="):
        Settings.from_json(head["settings"])
    assert Settings.from_json(head["settings"], {"api_key": "s3cret"}) == SETTINGS
    with pytest.raises(OtherEvaluation, match="not the folder of an evaluation"):
        read_head(tmp_path / "nowhere")


def test_a_delay_out_of_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 5"):
        SETTINGS.with_delay(-0.1)


def test_two_do_not_go_on_with_the_same_evaluation(tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    journal = Journal(tmp_path / "eval-1", SETTINGS, report)
    with pytest.raises(OtherEvaluation, match="is running in"):
        Journal(tmp_path / "eval-1", SETTINGS, report)
    assert unfinished([tmp_path / "eval-1"], SETTINGS, report) is None
    journal.close()
    assert unfinished([tmp_path / "eval-1"], SETTINGS, report) == tmp_path / "eval-1"
