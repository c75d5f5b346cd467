"""The perception node with a detector that can't be loaded."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (("detector:=/no/such/folder", "phrases:=[screwdriver]"), "There is no such folder"),
        (("detector:=/no/such/folder",), "needs 'phrases'"),
        (("segmenter:=/no/such/folder",), "name a detector as well"),
    ],
)
def test_it_can_not_be_configured_and_says_why(ros_domain: int, parameters: tuple[str, ...], words: str) -> None:
    del ros_domain
    given = [part for parameter in parameters for part in ("-p", parameter)]
    command = [sys.executable, "-m", "tandem.nodes.perception", "--ros-args", *given]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 3, ended.stderr
    assert "cannot configure: " in ended.stderr
    assert words in ended.stderr
