"""The node graph of the cell: which processes it has, and with what. `tandem up` and the launch files both read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tandem.cell import description

Sim = Literal["mujoco", "none"]
Value = bool | int | float | str | list[str]


@dataclass(frozen=True)
class NodeSpec:
    """One process.

    Attributes:
        name: of the node and of its executable in package ``tandem_cell``.
        module: Python module with a ``main``, the same program.
        parameters: beyond their defaults.
        respawn: whether it may be started again on its own after it died; it comes up stopped, a reset is still needed.
    """

    name: str
    module: str
    parameters: dict[str, Value] = field(default_factory=dict)
    respawn: bool = True


def node_graph(
    *,
    sim: Sim = "mujoco",
    simulated_time: bool | None = None,
    policy: str = "skills",
    policy_options: Mapping[str, str] | None = None,
    planner: str = "ompl",
    cameras: bool = True,
    scene: str = "tabletop",
    seed: int = 0,
    state_log: str = "",
) -> tuple[NodeSpec, ...]:
    """The processes of a cell, in the order of their start.

    Args:
        sim: ``mujoco`` runs the simulated cell, ``none`` expects controllers and cameras to be there already.
        simulated_time: whether ``/clock`` is the cell's time; by default that of ``mujoco`` is.
        policy, policy_options: what the vla node runs, and with what.
        planner: ``ompl`` or ``moveit``, for the planner node.
        cameras: whether there are any; without them nothing is seen, and only motions can be asked for.
        scene, seed: of the simulated scene.
        state_log: file to which the simulator writes its states for videos; empty for none.
    """
    simulated = sim == "mujoco"
    clock: dict[str, Value] = {"use_sim_time": simulated if simulated_time is None else simulated_time}
    listeners = ["executor", "planner", "vla", "instruction"]
    watched: dict[str, Value] = {"required_nodes": ["perception", *listeners] + ["sim"] * simulated, "listeners": listeners}
    chosen: dict[str, Value] = {"policy": policy}
    if policy_options:
        chosen["policy_options"] = [f"{key}={value}" for key, value in policy_options.items()]
    specs = [
        NodeSpec("safety_monitor", "tandem.nodes.safety_monitor", clock | watched),
        NodeSpec("executor", "tandem.nodes.executor", clock | {"chunk_sources": 2}),
        NodeSpec("perception", "tandem.nodes.perception", clock if cameras else clock | {"cameras": [""]}),
        NodeSpec("planner", "tandem.nodes.planner", clock | {"planner": planner}),
        NodeSpec("vla", "tandem.nodes.vla", clock | chosen),
        NodeSpec("instruction", "tandem.nodes.instruction", clock),
    ]
    if simulated:
        sim_parameters: dict[str, Value] = {"scene": scene, "seed": seed, "state_log": state_log}
        specs.insert(0, NodeSpec("sim", "tandem.nodes.sim", sim_parameters, respawn=False))
    return tuple(specs)


def options_of(pairs: Sequence[str]) -> dict[str, str]:
    """Options of a policy that are written as ``key=value``.

    Raises:
        ValueError: one isn't written like that.
    """
    options = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise ValueError(f"'{pair}' is no option; write it as key=value, for example url=ws://localhost:8000")
        options[key.strip()] = value.strip()
    return options


def stopping_time_s() -> float:
    """From a stop or the loss of a node to both arms at rest [s]."""
    return float(description.settings("safety.yaml")["stopping_time_s"])
