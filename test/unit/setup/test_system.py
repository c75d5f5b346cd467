import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tandem.setup import system
from tandem.setup.errors import SetupError


def test_what_cannot_be_found_is_named_by_its_debian_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system.shutil, "which", lambda name: None)
    monkeypatch.setattr(system.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(system.sysconfig, "get_path", lambda name: "/nowhere")
    monkeypatch.setattr(system, "loads", lambda *names: False)
    missing = system.missing_packages("embedded")
    assert {"g++", "cmake", "make", "libegl1", "libgl1-mesa-dri"} <= set(missing)
    assert sum(name.endswith("-venv") for name in missing) == sum(name.endswith("-dev") for name in missing) == 1
    assert "python3-colcon-common-extensions" in system.missing_packages("native")


def test_a_machine_that_has_all_needs_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "Python.h").touch()
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(system.sysconfig, "get_path", lambda name: str(tmp_path))
    monkeypatch.setattr(system, "loads", lambda *names: "libOSMesa.so.8" in names)
    assert system.missing_packages("native") == []


def test_without_the_right_the_line_to_run_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(system.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    with pytest.raises(SetupError, match="apt-get install -y --no-install-recommends g\\+\\+ cmake") as refusal:
        system.ensure_packages(["g++", "cmake"], log=tmp_path / "log", lock=0)
    assert refusal.value.code == 2


def test_without_apt_the_missing_things_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(system.shutil, "which", lambda name: None)
    with pytest.raises(SetupError, match="cmake") as refusal:
        system.ensure_packages(["cmake"], log=tmp_path / "log", lock=0)
    assert refusal.value.code == 2


def test_root_installs_just_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands: list[Sequence[str]] = []

    def record(command: Sequence[str], **options: Mapping[str, Any]) -> None:
        commands.append(command)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(system, "run_logged", record)
    system.ensure_packages([], log=tmp_path / "log", lock=0)
    assert commands == []
    system.ensure_packages(["cmake"], log=tmp_path / "log", lock=0)
    assert commands[-1][-1] == "cmake"
    assert "sudo" not in commands[-1]
