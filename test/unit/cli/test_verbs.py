import ast
import importlib.util
from pathlib import Path

import pytest

from tandem.cli import verbs
from tandem.cli.verbs import VERBS, Verb

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("verb", VERBS.values(), ids=list(VERBS))
def test_every_verb_has_its_function(verb: Verb) -> None:
    spec = importlib.util.find_spec(f"tandem.cli.{verb.module}")
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    assert verb.function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("verb", VERBS.values(), ids=list(VERBS))
def test_every_group_of_packages_that_a_verb_needs_is_there(verb: Verb) -> None:
    assert all((ROOT / "requirements" / f"{group}.txt").is_file() for group in verb.groups)


def test_the_overview_names_every_verb_with_its_line() -> None:
    text = verbs.overview()
    assert all(f"  {name} " in text and verb.help in text for name, verb in VERBS.items())


@pytest.mark.parametrize(
    ("line", "groups"),
    [
        ("eval --policy skills", ()),
        ("eval --policy openpi --url ws://x:1", ("remote",)),
        ("up --policy=groot", ("remote",)),
        ("demo --policy vla", ("vla",)),
        ("eval --policy act", ("vla",)),
        ("bench policy --report x", ("vla",)),
        ("bench safety", ()),
        ("serve --policy runs/one/checkpoint", ("remote", "vla")),
        ("serve --policy groot", ("remote",)),
        ("eval --ray auto", ("ray",)),
        ("train --config x --ray=local", ("data", "vla", "train", "ray")),
        ("", ()),
    ],
)
def test_a_policy_brings_its_packages(line: str, groups: tuple[str, ...]) -> None:
    assert verbs.groups_for(line.split()) == groups
