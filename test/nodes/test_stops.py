"""Stops, and the sudden death of any node: the arms come to rest, the reason is said, and the cell recovers."""

import time

import numpy as np
import pytest
from running_cell import RunningCell, wait_for
from tandem_cell.action import ExecuteInstruction
from tandem_cell.msg import SafetyState

from tandem.cell import names
from tandem.cell.bringup import stopping_time_s

Result = ExecuteInstruction.Result

KILLED = ("perception", "instruction", "vla", "planner", "executor", "safety_monitor")


def _start_moving(cell: RunningCell, text: str = "go home and then pick up the red cube") -> object:
    cell.begin_anew()
    handle = cell.client.send(text, replace=True)
    wait_for(lambda: cell.client.heard.largest_motion_rad > 0.05, 40.0, "the arms to move")
    return handle


def _rests_after(cell: RunningCell, seconds: float) -> None:
    """After that time of the cell's clock both arms rest, and stay so; between two motions they may seem to rest earlier."""
    end = cell.client.joints.newest[0] + seconds
    wait_for(lambda: cell.client.joints.newest[0] >= end, 10 * seconds, "simulated time to pass")
    assert cell.client.joints.at_rest()
    before = cell.client.joints.newest[1].copy()
    time.sleep(1.0)
    after = cell.client.joints.newest[1]
    for side in names.SIDES:
        np.testing.assert_allclose(after[names.ARM_COLUMNS[side]], before[names.ARM_COLUMNS[side]], atol=0.003)


def test_stop_service_is_latched_until_reset(cell: RunningCell) -> None:
    handle = _start_moving(cell)
    success, message = cell.client.trigger("stop")
    assert success
    assert "reset" in message
    _rests_after(cell, stopping_time_s())
    result = handle.result(20.0)
    assert result.error_code == Result.STOPPED, result.error_msg
    assert "at rest" in result.error_msg
    refused = cell.client.send("go home").result(20.0)
    assert refused.error_code == Result.STOPPED
    assert "reset" in refused.error_msg
    success, message = cell.client.trigger("reset")
    assert success, message
    again = cell.client.send("go home").result(60.0)
    assert again.error_code == Result.NONE, again.error_msg


@pytest.mark.parametrize("node", KILLED)
def test_killed_node_stops_the_arms_and_is_named(cell: RunningCell, node: str) -> None:
    handle = _start_moving(cell)
    try:
        cell.kill(node)
        _rests_after(cell, stopping_time_s())
        if node != "safety_monitor":
            wait_for(lambda: node in cell.client.heard.safety.lost_nodes, 5.0, f"the safety state to name {node}")
            assert cell.client.heard.safety.state == SafetyState.STOPPED
        if node != "instruction":
            result = handle.result(20.0)
            assert result.error_code in (Result.NODE_LOST, Result.STOPPED), result.error_msg
            assert node in result.error_msg.replace("the safety monitor", "safety_monitor")
    finally:
        cell.recover()
    again = cell.client.send("go home").result(60.0)
    assert again.error_code == Result.NONE, again.error_msg
