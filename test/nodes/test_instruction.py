"""`execute_instruction` as a stranger's node uses it."""

import time

import rclpy
from rclpy.action import ActionClient
from rclpy.executors import SingleThreadedExecutor
from running_cell import RunningCell, wait_for
from tandem_cell.action import ExecuteInstruction

Result = ExecuteInstruction.Result


class Stranger:
    """Plain rclpy: a node, an action client, the default executor."""

    def __init__(self) -> None:
        self.context = rclpy.Context()
        rclpy.init(context=self.context)
        self.node = rclpy.create_node("stranger", context=self.context)
        self.client = ActionClient(self.node, ExecuteInstruction, "execute_instruction")
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self.feedback: list[ExecuteInstruction.Feedback] = []

    def wait(self, future: rclpy.Future, timeout_s: float) -> object:
        self.executor.spin_until_future_complete(future, timeout_sec=timeout_s)
        assert future.done(), "no answer in time"
        return future.result()

    def send(self, text: str, *, replace: bool = False) -> object:
        assert self.client.wait_for_server(timeout_sec=10.0)
        goal = ExecuteInstruction.Goal(text=text, replace=replace)
        future = self.client.send_goal_async(goal, feedback_callback=lambda message: self.feedback.append(message.feedback))
        handle = self.wait(future, 10.0)
        assert handle.accepted
        return handle

    def result(self, handle: object, timeout_s: float) -> tuple[int, Result]:
        answer = self.wait(handle.get_result_async(), timeout_s)
        return answer.status, answer.result

    def close(self) -> None:
        self.executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self.context)


SUCCEEDED, CANCELED, ABORTED = 4, 5, 6


def test_feedback_then_result(cell: RunningCell) -> None:
    stranger = Stranger()
    try:
        status, result = stranger.result(stranger.send("pick up the red cube"), 90.0)
        assert (status, result.error_code) == (SUCCEEDED, Result.NONE), result.error_msg
        assert [step.verb for step in result.plan] == ["pick"]
        assert result.steps[0].outcome == "done"
        assert result.steps[0].attempts >= 1
        stages = {feedback.stage for feedback in stranger.feedback}
        assert {"looking", "acting", "verifying"} <= stages
        assert all(0.0 <= feedback.progress <= 1.0 for feedback in stranger.feedback)
        held = {item.name: item.held_by for item in cell.client.heard.scene.objects}
        assert held["red_cube"] in ("left", "right")
        status, result = stranger.result(stranger.send("put it down on the table"), 90.0)
        assert (status, result.error_code) == (SUCCEEDED, Result.NONE), result.error_msg
    finally:
        stranger.close()


def test_refusals_do_not_move_anything(cell: RunningCell) -> None:
    stranger = Stranger()
    cell.client.begin()
    try:
        for text, code in (
            ("juggle three chainsaws", Result.NOT_UNDERSTOOD),
            ("pick up the purple elephant", Result.UNKNOWN_OBJECT),
            ("pick up the cube", Result.AMBIGUOUS),
        ):
            status, result = stranger.result(stranger.send(text), 20.0)
            assert (status, result.error_code) == (ABORTED, code), f"{text}: {result.error_msg}"
            assert result.error_msg
        assert set(result.candidates) == {"red_cube", "green_cube", "blue_cube"}
        assert cell.client.heard.largest_motion_rad < 0.002
    finally:
        stranger.close()


def test_second_goal_is_refused_then_replaces_then_is_cancelled(cell: RunningCell) -> None:
    stranger = Stranger()
    try:
        first = stranger.send("put the green cube in the blue bin")
        first_result = first.get_result_async()
        cell.client.begin()
        _spin_until_moving(stranger, cell)
        status, result = stranger.result(stranger.send("pick up the blue cube"), 10.0)
        assert (status, result.error_code) == (ABORTED, Result.BUSY), result.error_msg
        assert not first_result.done()
        second = stranger.send("go home", replace=True)
        answer = stranger.wait(first_result, 20.0)
        assert answer.result.error_code == Result.REPLACED
        time.sleep(0.3)
        stranger.wait(second.cancel_goal_async(), 10.0)
        status, result = stranger.result(second, 20.0)
        assert (status, result.error_code) in ((CANCELED, Result.CANCELLED), (SUCCEEDED, Result.NONE))
        wait_for(cell.client.joints.at_rest, 3.0, "arms at rest")
        status, result = stranger.result(stranger.send("go home"), 60.0)
        assert (status, result.error_code) == (SUCCEEDED, Result.NONE), result.error_msg
    finally:
        stranger.close()


def test_cancel_brings_the_arms_to_rest(cell: RunningCell) -> None:
    stranger = Stranger()
    try:
        handle = stranger.send("put the blue cube in the green bin")
        cell.client.begin()
        _spin_until_moving(stranger, cell)
        stranger.wait(handle.cancel_goal_async(), 10.0)
        status, result = stranger.result(handle, 20.0)
        assert (status, result.error_code) == (CANCELED, Result.CANCELLED), result.error_msg
        assert "at rest" in result.error_msg
        assert cell.client.joints.at_rest()
    finally:
        stranger.close()


def _spin_until_moving(stranger: Stranger, cell: RunningCell) -> None:
    deadline = time.monotonic() + 30.0
    while cell.client.heard.largest_motion_rad < 0.05:
        assert time.monotonic() < deadline, "the arms did not begin to move"
        stranger.executor.spin_once(timeout_sec=0.05)
