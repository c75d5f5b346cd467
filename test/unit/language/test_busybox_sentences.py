"""What becomes of sentences about the BusyBox."""

import pytest
from busybox_scenes import BOX_SCENES
from sentence_tables import Group, agrees, cases, check_as_written, table

from tandem.cell.plan import Step
from tandem.language.parser import parse

_MODULES = {
    "press": "box/buttons/",
    "slide": "box/sliders/",
    "turn": "box/knob/",
    "flip": "box/switches/",
    "pull": "box/wires/",
    "plug": "box/wires/",
    "move": "",
    "rotate": "",
    "view": "",
}


def is_as_written(step: Step, line: str) -> bool:
    """Whether a step is what a line of the table says."""
    words = line.split()
    arm = words.pop(0) if words[0] in ("left", "right", "both") else step.arm
    verb, *rest = words
    if verb == "move_hand":
        return (step.verb, step.arm, step.relation) == (verb, arm, rest[0])
    if verb not in _MODULES:
        return agrees(step, line)
    told = rest[1] if len(rest) > 1 else ""
    relation, setting = (told, "") if verb in ("move", "rotate") else ("", told)
    said = (verb, arm, _MODULES[verb] + rest[0], "", relation, setting)
    return said == (step.verb, step.arm, step.object, step.target, step.relation, step.setting)


@pytest.mark.parametrize(("group", "text"), cases(table("busybox_sentences.yaml")))
def test_sentence(group: Group, text: str) -> None:
    check_as_written(parse(text, BOX_SCENES[group["scene"]]), text, group, is_as_written)
