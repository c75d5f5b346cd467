"""The program that writes the cell for other simulators."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tandem.sim import write_model


@pytest.mark.parametrize(("kind", "root"), [("mjcf", "mujoco"), ("sdf", "sdf")])
def test_it_writes_a_file_and_says_which(kind: str, root: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert write_model.main([kind, "--folder", str(tmp_path), "--seed", "3"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert Path(line).parent == tmp_path
    assert ElementTree.parse(line).getroot().tag == root


def test_a_scene_that_is_none_is_refused_with_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        write_model.main(["sdf", "--scene", "nowhere"])
    assert end.value.code == 2
    assert "no scene named 'nowhere'; there are tabletop" in capsys.readouterr().err
