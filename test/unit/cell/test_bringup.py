"""The node graph."""

import importlib.util

from tandem.cell import paths
from tandem.cell.bringup import node_graph


def test_every_node_is_a_module_with_an_executable() -> None:
    cmake = (paths.share() / "CMakeLists.txt").read_text(encoding="utf-8")
    for spec in node_graph():
        assert importlib.util.find_spec(spec.module) is not None
        assert spec.module == f"tandem.nodes.{spec.name}"
        assert spec.name in cmake, f"CMakeLists.txt installs no executable '{spec.name}'"


def test_the_monitor_requires_every_other_node() -> None:
    for sim in ("mujoco", "none"):
        graph = {spec.name: spec for spec in node_graph(sim=sim)}
        required = set(graph["safety_monitor"].parameters["required_nodes"])
        assert required == set(graph) - {"safety_monitor"}


def test_without_a_simulator_time_is_real() -> None:
    graph = node_graph(sim="none")
    assert "sim" not in {spec.name for spec in graph}
    assert not any(spec.parameters.get("use_sim_time") for spec in graph)


def test_launch_files_are_python() -> None:
    files = list((paths.share() / "launch").glob("*.launch.py"))
    assert files
    for launch in files:
        compile(launch.read_text(encoding="utf-8"), str(launch), "exec")
