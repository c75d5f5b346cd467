"""Ending an action's goal: first what the state machine allows, then what the result says."""

from typing import TypeVar

from rclpy.action.server import ServerGoalHandle

Result = TypeVar("Result")


def end_goal(handle: ServerGoalHandle, result: Result) -> Result:
    """Succeed, cancel or abort by the result's ``error_code``; ``canceled`` is legal only after a cancel request."""
    code = result.error_code  # type: ignore[attr-defined]  # all results of ours have it
    if code == 0:
        handle.succeed()
    elif code == getattr(result, "CANCELLED", None) and handle.is_cancel_requested:
        handle.canceled()
    else:
        handle.abort()
    return result
