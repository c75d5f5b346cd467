"""The verbs of the command. Standard library only: they are listed before anything is installed."""

from dataclasses import dataclass
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
    "collect": Verb("collect", "collect", "Record demonstrations as a LeRobot dataset.", groups=("data",)),
    "train": Verb("train", "train", "Train the learned policy on datasets.", groups=("data", "vla", "train")),
    "bench": Verb("bench", "bench", "Measure the speed of the parts."),
    "doctor": Verb("doctor", "doctor", "Tell what works on this machine, and what a lack costs."),
    "test": Verb("test", "run_tests", "Run the tests.", groups=("dev",), passes_on=True),
}


def overview() -> str:
    """The verbs, a line each."""
    lines = [f"  {name:<8}{verb.help}" for name, verb in VERBS.items()]
    closing = "The first verb sets up this checkout, which takes a few minutes."
    return "\n".join(["usage: tandem VERB [options]", "", *lines, "", closing])
