"""Graphs for edge devices answer what the checkpoint answers."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from small import small_checkpoint
from typer.testing import CliRunner

from tandem.cli.app import build_app
from tandem.policy.vla import edge
from tandem.policy.vla.edge import export_checked


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_checkpoint(tmp_path_factory.mktemp("vla") / "checkpoint")


def test_the_graph_answers_the_same_also_in_eight_bits(folder: Path, tmp_path: Path) -> None:
    whole = export_checked(folder, tmp_path / "whole.onnx", samples=2)
    small = export_checked(folder, tmp_path / "sub" / "small.onnx", samples=2, int8=True)
    assert whole.rows_off < 1e-4
    assert 1e-7 < small.rows_off < 0.5
    graph = onnx.load(small.path).graph
    assert "MatMulInteger" in {node.op_type for node in graph.node}
    in_eight = [value for value in graph.initializer if value.data_type == onnx.TensorProto.INT8]
    assert len(in_eight) > 30
    products = {name for node in graph.node if node.op_type in ("MatMul", "Gemm") for name in node.input}
    assert not products & {value.name for value in graph.initializer}
    assert {path.name for path in tmp_path.rglob("*")} == {"whole.onnx", "small.onnx", "sub"}


def test_a_graph_that_answers_something_else_is_not_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge, "rows_off", lambda *_, **__: float("nan"))
    with pytest.raises(ValueError, match="isn't written"):
        export_checked(folder, tmp_path / "whole.onnx")
    assert not list(tmp_path.iterdir())


def test_the_verb(folder: Path, tmp_path: Path) -> None:
    words = ["export", "--checkpoint", str(folder), "--out", str(tmp_path / "model.onnx"), "--samples", "1", "--no-cameras"]
    done = CliRunner().invoke(build_app("export"), words)
    assert done.exit_code == 0
    assert "trtexec --onnx=" in done.output
    inputs = [value.name for value in onnx.load(tmp_path / "model.onnx").graph.input]
    assert "images" not in inputs
    assert "touch" in inputs
    missing = CliRunner().invoke(
        build_app("export"), ["export", "--checkpoint", str(tmp_path), "--out", str(tmp_path / "x.onnx")]
    )
    assert missing.exit_code == 2
    assert "config.json" in missing.output
    assert np.isfinite((tmp_path / "model.onnx").stat().st_size)
