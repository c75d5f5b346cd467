"""A whole cell as processes, for tests that talk to it as any other node would."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from tandem.cli.processes import CellProcesses
from tandem.client import CellClient

SEED = 11
"""Of the scene."""


@dataclass
class RunningCell:
    """The processes, and a client that listens."""

    processes: CellProcesses
    client: CellClient

    def kill(self, node: str) -> None:
        """SIGKILL, as a crash would."""
        os.kill(self.processes.pids[node], 9)

    def begin_anew(self) -> None:
        """Whatever a test before has left: arms at home, everything in its place, no stop."""
        self.client.wait_ready()
        self.client.reset_scene(SEED)
        wait_for(self.client.joints.at_rest, 5.0, "the arms to rest")
        self.client.begin()

    def recover(self) -> None:
        """Start dead nodes again and reset, as `tandem up` does."""
        for death in self.processes.deaths():
            assert self.processes.respawn(death.node)
        wait_for(lambda: self.client.trigger("reset")[0], 30.0, "a successful reset")
        self.client.wait_ready()


def wait_for(condition: Callable[[], bool], timeout_s: float, what: str) -> None:
    """Wait until it holds, or fail with ``what`` was waited for."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s in vain for {what}"
        time.sleep(0.02)
