"""Launch files run in ROS's own Python. What Tandem brings for its nodes may be installed in another one, and isn't there."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tandem.cell import paths

FILES = sorted((paths.share() / "launch").glob("*.launch.py"))

THERE = ("numpy", "yaml", "xacro", "ament_index_python")
"""What package.xml asks for, so that it is in ROS's Python."""

PROGRAM = """
import importlib, sys

class NotThere:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {*sys.stdlib_module_names, "tandem", *sys.argv[1].split(",")}:
            raise ModuleNotFoundError(f"{name} is not in ROS's Python", name=name)

sys.meta_path.insert(0, NotThere())
for module in sys.argv[2:]:
    importlib.import_module(module)
from tandem.cell import description, moveit
from tandem.cell.bringup import node_graph
assert node_graph() and moveit.move_group(hardware="mock") and description.urdf(hardware="gazebo")
"""


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tandem"):
            yield str(node.module)
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("tandem"))


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_a_launch_file_gets_by_with_what_ros_has(file: Path) -> None:
    told = [sys.executable, "-c", PROGRAM, ",".join(THERE), *sorted(set(imported(file)))]
    done = subprocess.run(told, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
