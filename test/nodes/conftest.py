"""Fixtures of the node tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from running_cell import SEED, RunningCell

from tandem.cell.bringup import node_graph
from tandem.cli.processes import CellProcesses
from tandem.client import CellClient


@pytest.fixture(scope="module")
def cell(ros_domain: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCell]:
    """A cell with three cubes and two bins."""
    del ros_domain
    folder: Path = tmp_path_factory.mktemp("cell")
    processes = CellProcesses(node_graph(scene="tabletop", seed=SEED), folder)
    processes.start()
    client = CellClient("test_client")
    try:
        client.wait_ready()
        yield RunningCell(processes, client)
    finally:
        client.close()
        processes.end()
