import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tandem.setup import venv
from tandem.setup.errors import SetupError
from tandem.setup.places import Places
from tandem.setup.ros import EMBEDDED, Ros


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """A checkout whose environments get an empty pip, since copying the real one takes seconds."""
    places = Places(tmp_path)

    def make(command: list[str | Path], **options: Any) -> None:
        subprocess.run([*command, "--without-pip"], check=True)
        (places.site_packages / "pip").mkdir()
        (places.site_packages / "pip" / "__init__.py").touch()

    monkeypatch.setattr(venv, "run_logged", make)
    return places


def ensure(places: Places, ros: Ros = EMBEDDED) -> None:
    venv.ensure(places, ros, lock=0)


def test_a_sound_environment_is_kept_and_a_half_made_one_is_made_anew(places: Places) -> None:
    ensure(places)
    mark = places.venv / "mark"
    mark.touch()
    ensure(places)
    assert mark.exists()
    shutil.rmtree(places.site_packages / "pip")
    ensure(places)
    assert not mark.exists()
    assert (places.site_packages / "pip").is_dir()


def test_one_that_was_made_for_a_ros_machine_or_elsewhere_is_made_anew(places: Places) -> None:
    ensure(places)
    mark = places.venv / "mark"
    settings = places.venv / "pyvenv.cfg"
    for file, before, after in (
        (settings, "include-system-site-packages = false", "include-system-site-packages = true"),
        (places.venv / "bin" / "activate", str(places.venv), "/where/it/was"),
    ):
        mark.touch()
        file.write_text(file.read_text().replace(before, after))
        ensure(places)
        assert not mark.exists()


def test_something_else_in_its_place_is_left_alone(places: Places) -> None:
    places.venv.mkdir()
    (places.venv / "thesis.txt").write_text("years of work")
    with pytest.raises(SetupError, match="not a Python environment"):
        ensure(places)
    assert (places.venv / "thesis.txt").read_text() == "years of work"
