"""`tandem demo`: the whole cell up in simulation, one instruction carried out, everything down again."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from tandem_cell.action import ExecuteInstruction

from tandem.cell.bringup import node_graph, stopping_time_s
from tandem.cell.plan import Step
from tandem.cli.policy_options import Checkpoint, Option, Url, check, collected
from tandem.cli.processes import CellProcesses, CellRecord, Death
from tandem.cli.report import demo_report
from tandem.cli.runs import new_run_folder
from tandem.cli.step_times import StepTimes
from tandem.client import CellClient, CellError
from tandem.learning.evaluation.judge import judge_run
from tandem.learning.evaluation.scenes import scene_for_instruction, seed_with_work
from tandem.nodes import conversions

DEFAULT_TEXT = "Hand the blue cube from the left hand to the right and put it in the bin on the right."
NODE_LOST = ExecuteInstruction.Result.NODE_LOST

console = Console(stderr=True)


def demo(
    text: Annotated[str, typer.Argument(help="What should happen, in plain words.")] = DEFAULT_TEXT,
    seed: Annotated[
        int | None, typer.Option(help="Of the scene and of everything random; by default the first that leaves something to do.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the report (JSON, tandem.demo/1) here.")] = None,
    video: Annotated[Path | None, typer.Option(help="Write a video (MP4) of the run here.")] = None,
    policy: Annotated[str, typer.Option(help="Who carries out the steps.")] = "skills",
    url: Url = "",
    checkpoint: Checkpoint = None,
    option: Option = None,
    scene: Annotated[str, typer.Option(help="Which scene; by default one that suits the sentence.")] = "",
    timeout: Annotated[float, typer.Option(help="Give up after so long [s].")] = 300.0,
) -> None:
    """Bring the cell up in simulation, carry out TEXT through the ROS nodes, report, and take it down."""
    began = time.monotonic()
    options = collected(url, checkpoint, option)
    check(policy, options)
    _refuse_second_cell()
    folder = new_run_folder("demo")
    state_log = folder / "states.npz"
    scene = scene or scene_for_instruction(text, seed or 0)
    graph = node_graph(
        policy=policy,
        policy_options=options,
        scene=scene,
        seed=seed_with_work(text, scene) if seed is None else seed,
        state_log=str(state_log),
    )
    processes = CellProcesses(graph, folder)
    run = DemoRun(text, processes, began, timeout)
    try:
        processes.start()
        CellRecord(os.getpid(), str(folder), processes.pids).write()
        result = run.execute()
    finally:
        processes.end()
        CellRecord.remove()
    result["truth"] = run.judge(state_log)
    path = report or folder / "report.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    if video is not None and run.truth:
        from tandem.learning.replay import render_replay

        console.print(f"Rendering {video} ...")
        render_replay(state_log, video, text, run.times.captions)
    _say(result, path)
    raise typer.Exit(0 if result["success"] else 1)


def _refuse_second_cell() -> None:
    record = CellRecord.read()
    if record is None:
        return
    if record.supervised:
        console.print("[red]A cell is already up in this ROS domain.[/] Use `tandem do TEXT`, or set another ROS_DOMAIN_ID.")
        raise typer.Exit(2)
    record.end_orphans()
    CellRecord.remove()


class DemoRun:
    """The part of a demo in which the cell is up."""

    def __init__(self, text: str, processes: CellProcesses, began: float, timeout_s: float) -> None:
        self._text = text
        self._processes = processes
        self._began = began
        self._timeout_s = timeout_s
        self._deaths: list[Death] = []
        self._steps: list[Step] = []
        self._moved = False
        self.times = StepTimes()
        self.truth: dict[str, Any] = {}

    def execute(self) -> dict[str, Any]:
        """Wait for the cell, send the sentence, wait for the end; the report as a dictionary."""
        with CellClient("tandem_demo") as client:
            try:
                client.wait_ready(keep_going=self._look_for_deaths)
            except CellError as error:
                return demo_report(self._text, client, None, self._failure(str(error)), self._timing(client, None, None))
            setup_s = time.monotonic() - self._began
            client.begin()
            sent = time.monotonic()
            console.print(f"The cell is up after {setup_s:.1f} s. [bold]“{self._text}”[/]")
            result, failure = self._instruct(client)
            timing = self._timing(client, setup_s, sent)
            self._steps = [conversions.from_step(step) for step in result.plan] if result is not None else []
            self._moved = client.heard.first_motion_at is not None
            self.truth = self._ask_truth(client)
            return demo_report(self._text, client, result, failure, timing)

    def judge(self, states: Path) -> dict[str, Any]:
        """The evaluator's view, once the simulator has written its states."""
        if not self.truth or not states.exists():
            return {"success": False, "unintended_contacts": None, "unmet": ["the simulator's states are missing"]}
        windows = self.times.windows(self._steps, float(self.truth["time"]))
        return judge_run(states, self.truth, self._steps, windows, moved=self._moved)

    def _instruct(self, client: CellClient) -> tuple[ExecuteInstruction.Result | None, tuple[int, str] | None]:
        try:
            handle = client.send(self._text, on_feedback=lambda feedback: self._on_feedback(client, feedback))
        except CellError as error:
            return None, self._failure(str(error))
        deadline = time.monotonic() + self._timeout_s
        while not handle.done and time.monotonic() < deadline:
            self._collect_deaths()
            if any(death.node == "instruction" for death in self._deaths):
                break
            time.sleep(0.05)
        if handle.done:
            result = handle.result()
            self._collect_deaths()
            return result, self._failure("") if self._deaths else None
        if self._deaths:
            rested = client.wait_at_rest(stopping_time_s() + 2.0)
            rest = "the arms are at rest" if rested else "the arms were not seen to come to rest"
            return None, (NODE_LOST, f"{self._dead()}; {rest}")
        handle.cancel()
        client.wait_at_rest(10.0)
        return None, (ExecuteInstruction.Result.INTERNAL, f"not done after {self._timeout_s:.0f} s; cancelled")

    def _failure(self, message: str) -> tuple[int, str]:
        if self._deaths:
            return NODE_LOST, "; ".join(part for part in (self._dead(), message) if part)
        return ExecuteInstruction.Result.INTERNAL, message

    def _dead(self) -> str:
        return "; ".join(str(death) for death in self._deaths)

    def _collect_deaths(self) -> None:
        for death in self._processes.deaths():
            self._deaths.append(death)
            console.print(f"[red]{death}[/]")

    def _look_for_deaths(self) -> None:
        self._collect_deaths()
        if self._deaths:
            tail = self._processes.log_tail(self._deaths[0].node)
            raise CellError(f"{self._dead()} before the cell was up; its log ends:\n{tail}")

    def _on_feedback(self, client: CellClient, feedback: ExecuteInstruction.Feedback) -> None:
        words = feedback.step_text or feedback.reason
        newest = client.joints.newest
        if self.times.add(newest[0] if newest else 0.0, feedback.stage, feedback.step_index, words):
            step = f"[{feedback.step_index + 1}/{feedback.step_count}] " if feedback.step_count else ""
            console.print(f"  {step}{feedback.stage}: {words}", highlight=False, markup=False)

    def _ask_truth(self, client: CellClient) -> dict[str, Any]:
        try:
            return client.truth()
        except CellError:
            return {}

    def _timing(self, client: CellClient, setup_s: float | None, sent: float | None) -> dict[str, Any]:
        moved = client.heard.first_motion_at
        return {
            "setup_s": None if setup_s is None else round(setup_s, 3),
            "first_motion_s": None if moved is None or sent is None else round(moved - sent, 3),
            "total_s": round(time.monotonic() - self._began, 3),
        }


def _say(result: dict[str, Any], path: Path) -> None:
    if result["success"]:
        truth = result["truth"]
        console.print(
            f"[green]Done[/] in {result['timing']['total_s']:.1f} s; the evaluator's truth: {truth['success']}, "
            f"unintended contacts: {truth['unintended_contacts']}"
        )
    else:
        console.print(f"[red]Not done[/] ({result['error_code']}): {result['error_msg']}")
    console.print(f"Report: {path}")
