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
        wait_for(self.client.joints.at_rest, 5.0, "the arms to rest")
        # The end of a motion is too slow to be seen. Arms that are put elsewhere during it are far from where they were sent.
        time.sleep(0.5)
        self.client.reset_scene(SEED)
        wait_for(self.client.joints.at_rest, 5.0, "the arms to rest")
        self.client.begin()

    def recover(self) -> None:
        """Start dead nodes again and reset, as `tandem up` does."""

        def reset() -> bool:
            self._respawn_dead()
            return self.client.trigger("reset")[0]

        wait_for(reset, 30.0, "a successful reset", self._what_is_missing)
        self.client.wait_ready(keep_going=self._respawn_dead)

    def _respawn_dead(self) -> None:
        for death in self.processes.deaths():
            print(death, self.processes.log_tail(death.node), sep="\n")
            assert self.processes.respawn(death.node), death

    def _what_is_missing(self) -> str:
        logs = {node: self.processes.log_tail(node, 8) for node in self.processes.pids}
        return f"missing: {', '.join(self.client.missing())}; logs end: {logs}"


def wait_for(condition: Callable[[], bool], timeout_s: float, what: str, why: Callable[[], str] = str) -> None:
    """Wait until it holds, or fail with ``what`` was waited for and what can be said of ``why`` it isn't there."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, f"waited {timeout_s:.0f} s in vain for {what}; {why()}"
        time.sleep(0.02)
