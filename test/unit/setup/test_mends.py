from pathlib import Path

import pytest

from tandem.setup.mends import mend_prefix, mended

PREFIX, PYTHON, NUMPY = Path("/home/a/.venv"), Path("/usr/include/python3.12"), Path("/home/a/.venv/numpy/include")


@pytest.mark.parametrize("tag", ["cp311-cp311", "cp312-cp312", "cp313-cp313t"])
def test_every_kind_of_foreign_folder_is_replaced(tag: str) -> None:
    version = f"python3.{tag[3:5]}"
    foreign = f"/opt/python/{tag}"
    text = f'INCLUDE "{foreign}/include/{version};{foreign}/lib/{version}/site-packages/numpy/_core/include" at {foreign}'
    expected = f'INCLUDE "{PYTHON};{NUMPY}" at {PREFIX}'
    assert mended(text.encode(), PREFIX, PYTHON, NUMPY).decode() == expected


def test_what_is_of_this_machine_stays() -> None:
    text = b'"/usr/include;/opt/ros/jazzy/include;/opt/python-tools/cp311"'
    assert mended(text, PREFIX, PYTHON, NUMPY) == text


def test_mending_twice_changes_nothing_more(tmp_path: Path) -> None:
    export = tmp_path / "share" / "some_msgs" / "cmake" / "export.cmake"
    index = tmp_path / "share" / "ament_index" / "resource_index" / "parent_prefix_path" / "some_msgs"
    for file in (export, index):
        file.parent.mkdir(parents=True)
        file.write_text("/opt/python/cp311-cp311\n")
    assert mend_prefix(tmp_path, PYTHON, NUMPY) == 2
    assert index.read_text() == f"{tmp_path}\n"
    assert mend_prefix(tmp_path, PYTHON, NUMPY) == 0
