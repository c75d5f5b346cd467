from pathlib import Path

import pytest

from tandem.setup import colcon, packages, rendering, stages, stamps, venv
from tandem.setup.errors import SetupError
from tandem.setup.places import Places
from tandem.setup.progress import Progress
from tandem.setup.ros import EMBEDDED
from tandem.setup.stages import Setup, run_all

ALL = ["system packages", "Python environment", "Python packages", "rendering", "building the package"]


class Machine:
    """Stands for apt, venv, pip and colcon: notes what was asked for, and fails where it is told to."""

    def __init__(self, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
        self.places = places
        self.done: list[str] = []
        self.fails_at = ""
        monkeypatch.setattr(stages.system, "missing_packages", lambda mode: ["cmake"])
        monkeypatch.setattr(stages.system, "ensure_packages", lambda names, log, lock: self._note("apt"))
        monkeypatch.setattr(venv, "ensure", lambda *arguments: self._note("venv"))
        monkeypatch.setattr(packages, "install", self._install)
        monkeypatch.setattr(rendering, "choose", lambda python, env: self._note("render") or "osmesa")
        monkeypatch.setattr(colcon, "build", self._build)

    def _note(self, what: str) -> None:
        if what == self.fails_at:
            raise SetupError(f"{what} failed")
        self.done.append(what)

    def _install(self, places: Places, ros: object, groups: list[str], progress: Progress, lock: int) -> None:
        for group in groups:
            self._note(f"pip {group}")
            stamps.write(packages.stamp_of(places, group), packages.digest_of(places, EMBEDDED, group))

    def _build(self, *arguments: object) -> None:
        self._note("build")
        stamps.write(colcon.stamp_of(self.places), colcon.digest_of(self.places, EMBEDDED))

    def set_up(self, *extra: str) -> list[str]:
        """Run a set-up; returns what was done in it."""
        self.done = []
        todo = Setup(self.places, EMBEDDED, {"PATH": ""}, extra).todo()
        run_all(todo, Progress(len(todo)), 0)
        return self.done


@pytest.fixture
def places(tmp_path: Path) -> Places:
    groups = ("base", "ros-embedded", "build", "dev", "constraints")
    names = [f"requirements/{group}.txt" for group in groups]
    for name in (*names, "scripts/executable.in", "msg/Scene.msg", "CMakeLists.txt", "package.xml"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(name)
    for name in ("control_msgs", "tf2_msgs"):
        (tmp_path / "interfaces" / name).mkdir(parents=True)
        for file in ("CMakeLists.txt", "package.xml"):
            (tmp_path / "interfaces" / name / file).write_text(name)
    return Places(tmp_path)


@pytest.fixture
def machine(places: Places, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(places, monkeypatch)


def test_everything_is_done_once_and_in_order(machine: Machine) -> None:
    assert [stage.title for stage in Setup(machine.places, EMBEDDED, {}).todo()] == ALL
    assert machine.set_up() == ["apt", "venv", "pip base", "pip ros-embedded", "pip build", "render", "build"]
    assert machine.set_up() == []
    assert Setup(machine.places, EMBEDDED, {}).renderer == "osmesa"


@pytest.mark.parametrize("step", ["apt", "venv", "pip base", "pip build", "render", "build"])
def test_after_a_failure_the_next_run_goes_on_where_it_was(machine: Machine, step: str) -> None:
    machine.fails_at = step
    with pytest.raises(SetupError, match=step):
        machine.set_up()
    before = machine.done
    machine.fails_at = ""
    assert machine.set_up()[0] == step
    assert step not in before
    assert machine.set_up() == []


def test_only_what_a_change_touches_is_done_again(machine: Machine) -> None:
    machine.set_up()
    (machine.places.root / "msg" / "Scene.msg").write_text("changed")
    assert machine.set_up() == ["build"]
    (machine.places.root / "requirements" / "build.txt").write_text("changed")
    assert machine.set_up() == ["pip build"]
    assert machine.set_up("dev") == ["pip dev"]
    assert machine.set_up("dev") == []


def test_where_nothing_draws_it_is_tried_again_only_when_the_libraries_changed(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages.system, "drawing_facts", lambda: "neither")
    with monkeypatch.context() as bare:
        bare.setattr(rendering, "choose", lambda python, env: "none")
        machine.set_up()
    assert Setup(machine.places, EMBEDDED, {}).renderer == ""
    assert machine.set_up() == []
    monkeypatch.setattr(stages.system, "drawing_facts", lambda: "OSMesa")
    assert machine.set_up() == ["render"]
    assert Setup(machine.places, EMBEDDED, {}).renderer == "osmesa"
