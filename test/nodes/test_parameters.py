"""Parameters of the nodes: declared in one place each, and told in config/params.yaml."""

import importlib
from collections.abc import Sequence

import pytest

from tandem.cell import description
from tandem.cell.bringup import NodeSpec, node_graph
from tandem.nodes.cell_node import COMMON, CellNode
from tandem.nodes.parameters import Parameter

TOLD = description.settings("params.yaml")
GRAPH = node_graph()


def declared(spec: NodeSpec) -> Sequence[Parameter]:
    module = importlib.import_module(spec.module)
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and kind.__module__ == spec.module]
    (node,) = (kind for kind in kinds if issubclass(kind, CellNode))
    return (*COMMON, *node.PARAMETERS)


@pytest.mark.parametrize("spec", GRAPH, ids=[spec.name for spec in GRAPH])
def test_the_file_tells_every_parameter_with_its_default(spec: NodeSpec) -> None:
    told = TOLD[f"/**/{spec.name}"]["ros__parameters"]
    assert told == {parameter.name: parameter.default for parameter in declared(spec)}


@pytest.mark.parametrize("spec", GRAPH, ids=[spec.name for spec in GRAPH])
def test_numbers_have_a_range_and_all_a_description(spec: NodeSpec) -> None:
    for parameter in declared(spec):
        assert len(parameter.description) > 10, parameter.name
        if isinstance(parameter.default, int | float) and not isinstance(parameter.default, bool):
            assert parameter.low is not None, parameter.name
            assert parameter.high is not None, parameter.name
            assert parameter.low <= parameter.default <= parameter.high, parameter.name


def test_what_the_graph_sets_is_declared() -> None:
    for spec in GRAPH:
        known = {parameter.name for parameter in declared(spec)} | {"use_sim_time"}
        assert set(spec.parameters) <= known, spec.name
    assert set(TOLD) == {f"/**/{spec.name}" for spec in GRAPH}
