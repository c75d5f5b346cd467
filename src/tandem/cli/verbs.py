"""The verbs of the command. Standard library only: they are listed before anything is installed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final


@dataclass(frozen=True)
class Verb:
    """One verb.

    Attributes:
        module: in ``tandem.cli``.
        function: of that module; its parameters are the verb's arguments and options.
        help: one line.
        groups: packages that it needs beyond the program's own, files of requirements/.
        passes_on: takes whatever follows and hands it to another program.
    """

    module: str
    function: str
    help: str
    groups: tuple[str, ...] = ()
    passes_on: bool = False


VERBS: Final[dict[str, Verb]] = {
    "demo": Verb("demo", "demo", "Bring up the cell in simulation, carry out a sentence, and report."),
    "up": Verb("up", "up", "Bring up a cell that stays up."),
    "do": Verb("do", "do", "Have a running cell carry out a sentence."),
    "stop": Verb("stop", "stop", "Bring both arms of a running cell to rest."),
    "status": Verb("status", "status", "Tell what a running cell is doing."),
    "parse": Verb("parse", "parse", "Show how a sentence is understood; nothing moves."),
    "eval": Verb("eval", "eval_", "Measure how often a policy succeeds."),
    "compare": Verb("compare", "compare", "Compare reports of evaluations."),
    "gate": Verb("gate", "gate", "Tell by its exit code whether a report is good enough."),
    "serve": Verb("serve", "serve", "Serve a model of ours to other robots, over openpi's protocol.", groups=("remote",)),
    "collect": Verb("collect", "collect", "Record demonstrations as a LeRobot dataset.", groups=("data",)),
    "data": Verb("data", "data", "Look at a dataset, check it, put several together.", groups=("data",)),
    "train": Verb("train", "train", "Train the learned policy on datasets.", groups=("data", "vla", "train")),
    "curves": Verb("curves", "curves", "Draw the curves of a training run.", groups=("train", "vla")),
    "workflow": Verb("workflow", "workflow", "Write learning as a workflow of a cluster's scheduler."),
    "export": Verb("export", "export", "Write a checkpoint as an ONNX graph for edge devices.", groups=("vla",)),
    "calibrate": Verb("calibrate", "calibrate", "Find out where a camera is mounted, by a printed board."),
    "bench": Verb("bench", "bench", "Measure the speed of the parts."),
    "doctor": Verb("doctor", "doctor", "Tell what works on this machine, and what a lack costs."),
    "test": Verb("test", "run_tests", "Run the tests.", groups=("dev", "remote", "data", "vla", "train"), passes_on=True),
}


POLICY_GROUPS: Final[dict[str, tuple[str, ...]]] = {"vla": ("vla",), "act": ("vla",), "openpi": ("remote",), "groot": ("remote",)}
"""Packages that a policy needs beyond those of the verb that runs it."""


LIGHT_BENCHES: Final = ("safety", "planning", "perception", "simulation", "cell")
"""Benches that need no packages beyond the program's own."""


def groups_for(arguments: Sequence[str]) -> tuple[str, ...]:
    """Groups of packages that a command line needs: those of its verb, and of the policy that it names."""
    verb = next((VERBS[word] for word in arguments if word in VERBS), None)
    if verb is None:
        return ()
    words = [part for word in arguments for part in (word.split("=", 1) if word.startswith("--policy=") else [word])]
    named = [after for word, after in pairwise(words) if word == "--policy"]
    if verb.module == "serve" and not set(named) & set(POLICY_GROUPS):
        named = ["vla"]  # the folder of a checkpoint
    ray = ("ray",) if any(word == "--ray" or word.startswith("--ray=") for word in words) else ()
    if verb.module == "bench" and not set(arguments) & set(LIGHT_BENCHES):
        named = ["vla"]  # a bench that runs a model, or all of them
    return tuple(dict.fromkeys((*verb.groups, *ray, *(group for name in named for group in POLICY_GROUPS.get(name, ())))))


def overview() -> str:
    """The verbs, a line each."""
    lines = [f"  {name:<10}{verb.help}" for name, verb in VERBS.items()]
    closing = "The first verb sets up this checkout, which takes a few minutes."
    return "\n".join(["usage: tandem VERB [options]", "", *lines, "", closing])
