"""`tandem up`: a cell that stays up, and its recovery."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from tandem.cell.bringup import node_graph
from tandem.cli.policy_options import Checkpoint, Option, Url, check, collected
from tandem.cli.processes import CellProcesses, CellRecord
from tandem.cli.runs import new_run_folder
from tandem.client import CellClient, CellError

console = Console(stderr=True)

ParamsFile = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Parameters of the nodes, a file like config/params.yaml."),
]


def up(
    sim: Annotated[str, typer.Option(help="mujoco, or none where controllers and cameras are there already.")] = "mujoco",
    policy: Annotated[str, typer.Option(help="Who carries out the steps.")] = "skills",
    url: Url = "",
    checkpoint: Checkpoint = None,
    option: Option = None,
    scene: Annotated[str, typer.Option(help="Simulated scene.")] = "tabletop",
    seed: Annotated[int, typer.Option(help="Of the simulated scene.")] = 0,
    planner: Annotated[str, typer.Option(help="What searches for paths in the planner node: ompl or moveit.")] = "ompl",
    params_file: ParamsFile = None,
) -> None:
    """Bring the cell up and keep it up until Ctrl-C. Where one is up already, recover it: dead nodes, a latched stop."""
    if sim not in ("mujoco", "none"):
        raise typer.BadParameter(f"--sim is mujoco or none, not '{sim}'")
    record = CellRecord.read()
    if record is not None and record.supervised:
        _recover()
        return
    options = collected(url, checkpoint, option)
    check(policy, options)
    if record is not None:
        orphans = record.end_orphans()
        if orphans:
            console.print(f"Ended what an earlier cell left running: {', '.join(orphans)}")
    folder = new_run_folder("up")
    graph = node_graph(
        sim="mujoco" if sim == "mujoco" else "none",
        policy=policy,
        policy_options=options,
        planner=planner,
        scene=scene,
        seed=seed,
    )
    Supervisor(CellProcesses(graph, folder, params_file), folder).run()


def _recover() -> None:
    """Another process supervises a cell in this domain and starts dead nodes again; what is left is the reset."""
    try:
        with CellClient("tandem_up") as client:
            client.wait_ready()
    except CellError as error:
        console.print(f"[red]The cell did not recover: {error}[/]")
        raise typer.Exit(1) from error
    console.print("[green]The cell is up.[/]")


class Supervisor:
    """Keeps the node processes; starts dead ones again, stopped until a reset."""

    def __init__(self, processes: CellProcesses, folder: Path) -> None:
        self._processes = processes
        self._folder = folder
        self._ending = False

    def run(self) -> None:
        """Until SIGINT or SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_end)
        try:
            self._processes.start()
            self._write_record()
            with CellClient("tandem_up") as client:
                self._wait_ready(client)
                while not self._ending:
                    self._revive()
                    time.sleep(0.2)
        finally:
            console.print("Taking the cell down ...")
            self._processes.end()
            CellRecord.remove()

    def _ask_to_end(self, signum: int, frame: FrameType | None) -> None:
        del signum, frame
        self._ending = True

    def _wait_ready(self, client: CellClient) -> None:
        try:
            client.wait_ready(keep_going=self._give_up_on_death)
        except CellError as error:
            if not self._ending:
                console.print(f"[red]{error}[/]")
                raise typer.Exit(1) from error
            return
        console.print("[green]The cell is up.[/] `tandem do TEXT` instructs it, `tandem stop` stops it, Ctrl-C ends it.")
        console.print(f"Logs: {self._folder}")

    def _give_up_on_death(self) -> None:
        deaths = self._processes.deaths()
        if deaths:
            raise CellError(f"{deaths[0]}; its log ends:\n{self._processes.log_tail(deaths[0].node)}")
        if self._ending:
            raise CellError("ended before the cell was up")

    def _revive(self) -> None:
        for death in self._processes.deaths():
            console.print(f"[red]{death}[/]")
            if self._processes.respawn(death.node):
                console.print(f"Started {death.node} again; the cell stays stopped until `tandem up` or `tandem stop --reset`.")
            else:
                console.print(f"[red]Without {death.node} there is no cell.[/]")
                self._ending = True
            self._write_record()

    def _write_record(self) -> None:
        CellRecord(os.getpid(), str(self._folder), self._processes.pids).write()
