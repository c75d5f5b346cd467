"""`tandem status`: what the cell is doing."""

import json
import time
from typing import Annotated, Any

import typer
from diagnostic_msgs.msg import DiagnosticArray
from rich.console import Console
from rich.table import Table
from tandem_cell.msg import SafetyState

from tandem.cli.processes import CellRecord, is_tandem_process
from tandem.client import CellClient
from tandem.nodes import qos

LISTEN_S = 2.5


def status(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say which nodes are alive, what each does, and whether the cell is stopped."""
    with CellClient("tandem_status") as client:
        report = _listen(client)
    if as_json:
        typer.echo(json.dumps(report, indent=2))
    else:
        _print(report)
    raise typer.Exit(0 if report["up"] else 1)


def _listen(client: CellClient) -> dict[str, Any]:
    nodes: dict[str, dict[str, str]] = {}

    def heard(message: DiagnosticArray) -> None:
        for entry in message.status:
            nodes[entry.name.split(":")[0]] = {"level": str(int.from_bytes(entry.level, "little")), "message": entry.message}

    client.node.create_subscription(DiagnosticArray, "/diagnostics", heard, qos.STATE)
    time.sleep(LISTEN_S)
    record = CellRecord.read()
    dead = [] if record is None else sorted(name for name, pid in record.nodes.items() if not is_tandem_process(pid))
    safety = client.heard.safety
    return {
        "schema": "tandem.status/1",
        "up": not client.missing(),
        "missing": client.missing(),
        "stopped": bool(safety is not None and safety.state == SafetyState.STOPPED),
        "stop_reason": safety.reason if safety is not None else "",
        "nodes": {name: entry | {"pid": client.heard.pids.get(name)} for name, entry in sorted(nodes.items())},
        "dead": dead,
        "at_rest": client.joints.at_rest(),
        "objects": [item.name for item in client.heard.scene.objects] if client.heard.scene else [],
    }


def _print(report: dict[str, Any]) -> None:
    console = Console()
    if not report["nodes"]:
        console.print("No cell is up in this ROS domain. `tandem up` starts one.")
        return
    table = Table("node", "process", "says")
    for name, entry in report["nodes"].items():
        table.add_row(name, str(entry["pid"] or "?"), entry["message"])
    console.print(table)
    console.print(f"objects: {', '.join(report['objects']) or 'none'}")
    console.print(f"arms: {'at rest' if report['at_rest'] else 'moving'}")
    if report["stopped"]:
        console.print(f"[red]stopped: {report['stop_reason']}[/]; `tandem stop --reset` lets it go on")
    if report["dead"]:
        console.print(f"[red]dead: {', '.join(report['dead'])}[/]; `tandem up` recovers")
