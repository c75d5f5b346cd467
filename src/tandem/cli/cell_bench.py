"""Figures of a running cell: how soon it moves, how soon it stops."""

import time
from collections.abc import Callable
from itertools import pairwise

from trajectory_msgs.msg import JointTrajectory

from tandem.cell import names
from tandem.cell.bringup import node_graph
from tandem.cli.processes import CellProcesses
from tandem.cli.runs import new_run_folder
from tandem.client import CellClient, CellError
from tandem.learning.figures import Figure, spread
from tandem.nodes import conversions, qos

REPEATS = 5


def cell() -> list[Figure]:
    """Brings a cell up; from a sentence to the first motion, from a stop request to the first stopping command, to rest."""
    processes = CellProcesses(node_graph(seed=1), new_run_folder("bench"))
    began = time.monotonic()
    try:
        processes.start()
        with CellClient("tandem_bench") as client:
            client.wait_ready()
            ready = time.monotonic() - began
            rounds = [_round(client) for _ in range(REPEATS)]
    finally:
        processes.end()
    motion, command, rest = (list(column) for column in zip(*rounds, strict=True))
    return [
        Figure("cell up, all nodes ready", "s", ready, ready, 1),
        spread("sentence to first motion", "s", motion),
        spread("stop request to the first stopping command", "ms", [1e3 * value for value in command]),
        spread("stop request to both arms at rest", "s", rest),
    ]


def _round(client: CellClient) -> tuple[float, float, float]:
    client.begin()
    commands: list[tuple[float, float]] = []
    first = names.SIDES[0]
    topic = f"{first}_arm_controller/joint_trajectory"
    watch = client.node.create_subscription(
        JointTrajectory, topic, lambda message: commands.append((time.monotonic(), _end(message))), qos.COMMAND
    )
    sent = time.monotonic()
    handle = client.send("pick up the red cube", replace=True)
    _wait(lambda: handle.done or client.heard.first_motion_at is not None, 30.0, "the arms to move")
    if handle.done:
        raise CellError(f"the instruction ended before anything moved: {handle.result().error_msg}")
    moved = client.heard.first_motion_at
    assert moved is not None
    time.sleep(0.7)
    asked = time.monotonic()
    client.trigger("stop")
    _wait(client.joints.at_rest, 5.0, "the arms to rest")
    rested = time.monotonic()
    client.node.destroy_subscription(watch)
    handle.result(20.0)
    client.trigger("reset")
    client.wait_ready(10.0)
    client.send("go home").result(60.0)
    return moved - sent, _first_stopping(commands, asked) - asked, rested - asked


def _first_stopping(commands: list[tuple[float, float]], asked: float) -> float:
    """Arrival of the first command after ``asked`` that ends earlier than the one before; ordinary windows only end later."""
    for (_, end_before), (arrival, end) in pairwise(commands):
        if arrival > asked and end < end_before:
            return arrival
    raise CellError("no stopping command was seen; the arms may have been at rest already")


def _end(message: JointTrajectory) -> float:
    return conversions.to_seconds(message.header.stamp) + conversions.to_seconds(message.points[-1].time_from_start)


def _wait(condition: Callable[[], bool], timeout_s: float, what: str) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise CellError(f"waited {timeout_s:.0f} s in vain for {what}")
        time.sleep(0.002)
