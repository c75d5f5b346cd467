import shutil
from pathlib import Path

import pytest

from tandem.setup import colcon, stamps
from tandem.setup.places import Places
from tandem.setup.ros import EMBEDDED, Ros

ROOT = Path(__file__).resolve().parents[3]
NATIVE = Ros("native", "jazzy", "/usr/bin/python3", "1.26.4")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for folder in ("msg", "srv", "action", "interfaces", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for file in ("CMakeLists.txt", "package.xml"):
        shutil.copy(ROOT / file, tmp_path)
    return Places(tmp_path)


@pytest.mark.parametrize(
    "changed", ["msg/Scene.msg", "action/MoveTo.action", "CMakeLists.txt", "package.xml", "interfaces/tf2_msgs/msg/TFMessage.msg"]
)
def test_whatever_goes_into_the_build_makes_a_new_one_necessary(places: Places, changed: str) -> None:
    before = colcon.digest_of(places, EMBEDDED)
    file = places.root / changed
    file.write_text(file.read_text() + "\n")
    assert colcon.digest_of(places, EMBEDDED) != before


def test_a_ros_machine_has_its_own_public_interfaces(places: Places) -> None:
    before = colcon.digest_of(places, NATIVE)
    (places.root / "interfaces" / "tf2_msgs" / "msg" / "TFMessage.msg").unlink()
    assert colcon.digest_of(places, NATIVE) == before
    assert not any("interfaces" in option for option in colcon.options(places, NATIVE))
    assert "--merge-install" not in colcon.options(places, NATIVE)
    assert f"{places.root}/interfaces/control_msgs" in colcon.options(places, EMBEDDED)


def test_what_another_environment_built_is_removed(places: Places) -> None:
    made = [places.build / "tandem_cell" / "CMakeCache.txt", places.install / "setup.bash"]

    def pretend_to_build(layout: str) -> None:
        for file in made:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        stamps.write(places.install / ".colcon_install_layout", layout)

    pretend_to_build("merged")
    colcon.forget_other_builds(places, EMBEDDED)
    assert all(file.exists() for file in made)
    colcon.forget_other_builds(places, NATIVE)
    assert not any(file.exists() for file in made)
    pretend_to_build("merged")
    colcon.forget_other_builds(places, NATIVE)
    assert not any(file.exists() for file in made)
