"""`tandem.client.Cell`, as programs use it."""

import asyncio
import time

import pytest
from running_cell import RunningCell, wait_for
from security_policy import allowed, used
from tandem_cell.action import ExecuteInstruction

from tandem.client import Cell, CellError

Result = ExecuteInstruction.Result


def test_an_instruction_with_its_feedback(cell: RunningCell) -> None:
    cell.begin_anew()
    with Cell() as program:
        program.wait_ready()
        task = program.start("pick up the red cube")
        stages = {feedback.stage for feedback in task}
        outcome = task.outcome(timeout_s=5.0).or_raise()
        assert {"looking", "acting", "verifying"} <= stages
        assert [how for _, how in outcome.steps] == ["done"]
        assert {item.name for item in program.scene()} >= {"red_cube", "green_cube", "blue_bin"}
        held = program.scene().get("red_cube")
        assert held is not None
        assert held.held_by
        assert program.do("put it down on the table").succeeded


def test_what_is_refused_and_what_is_asked_back(cell: RunningCell) -> None:
    del cell
    with Cell() as program:
        program.wait_ready()
        asked = program.do("pick up the cube")
        assert asked.error_code == Result.AMBIGUOUS
        assert "?" in asked.question
        assert set(asked.candidates) == {"red_cube", "green_cube", "blue_cube"}
        with pytest.raises(CellError, match="elephant"):
            program.do("pick up the purple elephant").or_raise()


def test_a_program_with_asyncio_goes_on_meanwhile(cell: RunningCell) -> None:
    cell.begin_anew()

    async def use(program: Cell) -> tuple[int, int, int]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.05)
                ticks += 1

        ticking = asyncio.create_task(tick())
        task = program.start("put the green cube in the blue bin")
        told = [feedback async for feedback in task]
        outcome = await task
        ticking.cancel()
        return outcome.error_code, len(told), ticks

    with Cell() as program:
        program.wait_ready()
        code, told, ticks = asyncio.run(use(program))
    assert code == Result.NONE
    assert told >= 4
    assert ticks > 20


def test_a_coroutine_that_is_cancelled_cancels_its_instruction(cell: RunningCell) -> None:
    cell.begin_anew()

    async def use(program: Cell) -> None:
        task = program.start("put the blue cube in the green bin")
        waiting = asyncio.ensure_future(task._ended())
        while cell.client.heard.largest_motion_rad < 0.05:
            await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        outcome = await asyncio.wait_for(asyncio.to_thread(task.outcome, 20.0), 25.0)
        assert outcome.error_code == Result.CANCELLED

    with Cell() as program:
        program.wait_ready()
        asyncio.run(use(program))
        wait_for(cell.client.joints.at_rest, 3.0, "the arms to rest")


def test_a_stop_is_told_and_left_by_a_reset(cell: RunningCell) -> None:
    cell.begin_anew()
    with Cell() as program:
        program.wait_ready()
        assert program.stopped_because == ""
        program.stop()
        wait_for(lambda: bool(program.stopped_because), 5.0, "the stop to be heard")
        with pytest.raises(CellError, match="stopped: a stop was asked for"):
            program.wait_ready(2.0)
        assert program.do("pick up the red cube", timeout_s=20.0).error_code == Result.STOPPED
        time.sleep(0.5)
        program.reset()
        wait_for(lambda: not program.stopped_because, 5.0, "the reset to be heard")
        program.wait_ready()


def test_without_a_cell_it_says_what_to_do(ros_domain: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROS_DOMAIN_ID", str((ros_domain + 1) % 100))
    with Cell() as program, pytest.raises(CellError, match="missing: joint states"):
        program.wait_ready(0.5)


def test_the_security_policy_allows_what_the_nodes_do(cell: RunningCell) -> None:
    """Otherwise the cell would not come up with SROS2, or the policy would be wider than it need be."""
    for node in cell.processes.pids:
        for (kind, right), names_ in used(cell.client.node, node).items():
            assert names_ <= allowed(node, kind, right), f"{node} {right}: {names_ - allowed(node, kind, right)}"
            own = allowed(node, kind, right) if (kind, right) in (("topics", "publish"), ("actions", "execute")) else set()
            assert own <= names_, f"the policy lets {node} {right} what it doesn't: {own - names_}"
