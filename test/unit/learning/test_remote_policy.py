"""A policy behind a server in another process, in the cell in one process: the server dies in mid-motion and comes back."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tandem.cell.chunk import Outcome
from tandem.cell.plan import Step
from tandem.cell.robot import home_positions
from tandem.learning.evaluation.loop import CellLoop
from tandem.policy import registry
from tandem.policy.protocol import Policy, PolicyOutput
from tandem.sim.scenes import scene_for

HERE = Path(__file__).resolve().parent
SERVER = HERE.parent / "policy" / "serve_reach.py"
PATHS = os.pathsep.join([str(HERE.parents[2] / "src"), str(SERVER.parent)])
STEP = Step("home", "both", text="wave")
PERIOD = 0.4

GOAL = home_positions().copy()
GOAL[[0, 2, 7]] += (0.7, -0.5, -0.6)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60.0
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 0.5).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not come up")


@pytest.fixture
def server() -> Iterator[Callable[[int], subprocess.Popen]]:
    running: list[subprocess.Popen] = []

    def start(port: int) -> subprocess.Popen:
        goal = [str(value) for value in GOAL]
        environment = os.environ | {"PYTHONPATH": PATHS + os.pathsep + os.environ.get("PYTHONPATH", "")}
        running.append(subprocess.Popen([sys.executable, str(SERVER), str(port), *goal], env=environment))
        wait_for(port)
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


class Ride:
    """The cell's loop with a policy, as InProcessCell runs it."""

    def __init__(self, policy: Policy, loop: CellLoop) -> None:
        self.policy, self.loop = policy, loop
        loop.reset(scene_for("tabletop", 2), policy.heard)
        loop.run_until(lambda: loop.scene is not None, 5.0)
        policy.begin(STEP, "1.1", loop.observation(policy.cameras))
        self.sent = 0

    def tick(self) -> PolicyOutput:
        output = self.policy.infer(self.loop.observation(self.policy.cameras))
        self.loop.run_for(self.loop.timing.inference_s)
        if output.chunk is not None:
            self.loop.submit(output.chunk)
            self.sent += 1
        self.loop.run_for(PERIOD - self.loop.timing.inference_s)
        return output


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_the_arms_come_to_rest_without_the_server_and_go_on_with_it(server: Callable[[int], subprocess.Popen]) -> None:
    port = free_port()
    first = server(port)
    loop = CellLoop()
    options = {"url": f"ws://127.0.0.1:{port}", "timeout_s": "2"}
    policy = registry.make("openpi", lambda: loop.now + loop.timing.inference_s, options=options)
    ride = Ride(policy, loop)
    for _ in range(2):
        assert ride.tick().status == "running"
    assert not loop.at_rest
    first.kill()
    first.wait()
    sent = ride.sent
    away = [ride.tick() for _ in range(6)]
    assert ride.sent == sent
    assert all(output.status == "running" and output.reason.startswith("waiting for openpi since") for output in away)
    assert loop.at_rest
    stopped_at = loop.sim.joint_state()[0]
    assert np.abs(stopped_at - GOAL).max() > 0.2
    server(port)
    outputs = [ride.tick()]
    while outputs[-1].status == "running" and len(outputs) < 40:
        outputs.append(ride.tick())
    assert outputs[-1].status == "done"
    assert np.abs(loop.sim.joint_state()[0] - GOAL).max() < 0.02
    assert {verdict.outcome for verdict in loop.verdicts} == {Outcome.PASSED}
    loop.sim.close()
