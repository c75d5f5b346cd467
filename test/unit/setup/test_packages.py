import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tandem.setup import packages, stamps
from tandem.setup.places import Places
from tandem.setup.ros import EMBEDDED, Ros

ROOT = Path(__file__).resolve().parents[3]
REQUIREMENTS = ROOT / "requirements"
PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==[A-Za-z0-9.!+]+")


def entries(name: str) -> list[str]:
    lines = (REQUIREMENTS / name).read_text().splitlines()
    return [entry for line in lines if (entry := line.partition("#")[0].strip())]


def names(name: str) -> set[str]:
    return {canonicalize_name(Requirement(entry).name) for entry in entries(name)}


@pytest.mark.parametrize("group", ["base", "ros-embedded", "build", "dev", "vla", "native"])
def test_every_package_that_is_asked_for_has_its_version_pinned(group: str) -> None:
    assert names(f"{group}.txt") <= names("constraints.txt")


def test_constraints_are_exact_versions_each_once() -> None:
    pinned = [PIN.fullmatch(entry) for entry in entries("constraints.txt")]
    assert all(pinned)
    assert len(names("constraints.txt")) == len(pinned)


def test_native_lists_all_that_base_needs_but_numpy() -> None:
    needed: set[str] = set()
    todo = [Requirement(entry) for entry in entries("base.txt")]
    while todo:
        name = canonicalize_name(todo.pop().name)
        if name not in needed:
            needed.add(name)
            wanted = map(Requirement, distribution(name).requires or [])
            todo += [item for item in wanted if item.marker is None or item.marker.evaluate({"extra": ""})]
    assert names("native.txt") == needed - {"numpy"}


def test_a_package_without_a_record_or_without_its_files_is_forgotten(tmp_path: Path) -> None:
    def make(name: str, record: str | None) -> Path:
        folder = tmp_path / f"{name}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text("")
        if record is not None:
            (folder / "RECORD").write_text(record)
        return folder

    (tmp_path / "whole.py").write_text("")
    whole = make("whole", 'whole.py,sha256=x,0\n"whole-1.0.dist-info/METADATA",,\n__pycache__/whole.cpython-311.pyc,,\n')
    cut_short = make("cut_short", None)
    emptied = make("emptied", "emptied.py,sha256=x,0\n")
    (tmp_path / "~ld").mkdir()
    assert sorted(packages.remove_half_installed(tmp_path)) == ["cut_short", "emptied"]
    assert whole.exists()
    assert not cut_short.exists()
    assert not emptied.exists()
    assert not (tmp_path / "~ld").exists()


def test_groups_are_missing_until_stamped_and_again_when_their_versions_change(tmp_path: Path) -> None:
    folder = tmp_path / "requirements"
    folder.mkdir()
    for name in ("base", "ros-embedded", "build", "dev", "constraints"):
        (folder / f"{name}.txt").write_text(name)
    places = Places(tmp_path)
    assert packages.missing_groups(places, EMBEDDED, ["dev"]) == ["base", "ros-embedded", "build", "dev"]
    for group in ("base", "ros-embedded", "build", "dev"):
        stamps.write(packages.stamp_of(places, group), packages.digest_of(places, EMBEDDED, group))
    assert packages.missing_groups(places, EMBEDDED, ["dev"]) == []
    (folder / "dev.txt").write_text("other")
    assert packages.missing_groups(places, EMBEDDED, ["dev"]) == ["dev"]
    assert packages.missing_groups(places, EMBEDDED) == []
    (folder / "constraints.txt").write_text("other")
    assert packages.missing_groups(places, EMBEDDED) == ["base", "ros-embedded", "build"]


def test_a_ros_machine_needs_one_group_and_another_numpy_means_to_install_again(tmp_path: Path) -> None:
    (tmp_path / "requirements").mkdir()
    for name in ("native", "constraints"):
        (tmp_path / "requirements" / f"{name}.txt").write_text(name)
    places = Places(tmp_path)
    native = Ros("native", "jazzy", "/usr/bin/python3", "1.26.4")
    assert packages.missing_groups(places, native) == ["native"]
    stamps.write(packages.stamp_of(places, "native"), packages.digest_of(places, native, "native"))
    assert packages.missing_groups(places, native) == []
    assert packages.missing_groups(places, Ros("native", "jazzy", "/usr/bin/python3", "2.1.0")) == ["native"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("  Downloading mujoco-4.0.0-cp311-cp311-manylinux_2_17_x86_64.whl (6.7 MB)", "mujoco (6.7 MB)"),
        ("Using cached ros_rclpy-7.1.6-py3-none-any.whl (1.2 kB)", "ros_rclpy (1.2 kB)"),
        ("Installing collected packages: a, b", "unpacking"),
        ("Collecting numpy", ""),
    ],
)
def test_progress_is_read_from_what_pip_prints(line: str, said: str) -> None:
    assert packages.activity(line) == said
