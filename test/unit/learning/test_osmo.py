from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tandem.cli.app import build_app
from tandem.learning.workflow.osmo import Plan, workflow
from tandem.learning.workflow.osmo_rules import Unsuitable, check

SMALL = """
version: 2
workflow:
  name: "{{ title }}"
  tasks:
  - name: first
    image: ubuntu:24.04
    command: [bash]
    args: [-c, "echo x > {{output}}/x"]
  - name: second
    image: ubuntu:24.04
    command: [cat]
    args: ["{{input:0}}/x"]
    inputs:
    - task: first
default-values:
  title: small
"""


def test_the_workflow_goes_from_demonstrations_to_the_gate() -> None:
    text = workflow(Plan("registry/tandem:1", episodes=30, at_least=0.9))
    told = yaml.safe_load(text)
    tasks = {task["name"]: task for task in told["workflow"]["tasks"]}
    assert list(tasks) == ["collect", "train", "evaluate", "gate"]
    inputs = [[{"task": name}] for name in ("collect", "train", "evaluate")]
    assert [task.get("inputs") for task in tasks.values()] == [None, *inputs]
    assert told["workflow"]["resources"][tasks["train"]["resource"]]["gpu"] == 1
    assert told["default-values"] | {"image": "registry/tandem:1", "episodes": 30, "at_least": 0.9} == told["default-values"]


def test_its_commands_are_ones_that_the_program_knows() -> None:
    told = yaml.safe_load(workflow(Plan("registry/tandem:1")))
    for task in told["workflow"]["tasks"]:
        script = task["files"][0]["contents"].replace("\\\n", " ")
        words = next(line for line in script.splitlines() if line.startswith("./tandem")).split()[1:]
        shown = CliRunner().invoke(build_app(words[0]), [words[0], "--help"], env={"COLUMNS": "200"}).output
        options = [word for word in words if word.startswith("--")]
        assert options
        assert [option for option in options if option not in shown] == []


def test_a_file_as_the_guide_has_it_passes() -> None:
    check(SMALL)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("version: 2", "version: 3", "version: 3 is not 2"),
        ("version: 2", "stages: 2", "no field 'stages'"),
        ('name: "{{ title }}"', 'name: "{{ name_of_it }}"', "is not letters"),
        ("title: small", "title: 7 days", "'7 days' is not letters"),
        ("title: small", "output: small", "'output' can't be a variable's name"),
        ("- task: first", "- task: third", "'third' is not another task"),
        ("- task: first", "- task: second", "'second' is not another task"),
        ("- task: first", "- dataset: first", "no field 'dataset'"),
        ("{{input:0}}", "{{input:1}}", "but it has 1 inputs"),
        ("{{input:0}}", "{{ inputs }}", "nothing is said of the variable 'inputs'"),
        ("command: [cat]", "command: cat", "command must be a list"),
        ("    command: [cat]\n", "", "command is missing"),
        ("name: second", "name: first", "'first' is there twice"),
        ("    command: [cat]", "    resource: gpu\n    command: [cat]", "no resource named 'gpu'"),
        ("    command: [cat]", "    exitActions: {RETRY: '1'}\n    command: [cat]", "'RETRY' is not one of"),
        ("    command: [cat]", "    exitActions: {FAIL: '1-'}\n    command: [cat]", "codes as in"),
        ("    command: [cat]", "    files: [{path: /osmo/x, contents: x}]\n    command: [cat]", "can't be written"),
        ("  tasks:", "  timeout: {exec_timeout: 10h5m}\n  tasks:", "a whole number and one of"),
        ("  tasks:", "  resources: {default: {memory: 16GB}}\n  tasks:", "a number with a unit"),
        ("  tasks:", "  resources: {default: {gpu: half}}\n  tasks:", "gpu must be a whole number"),
        ("    command: [bash]", "    inputs: [{task: second}]\n    command: [bash]", "first, second wait for one another"),
        ("image: ubuntu:24.04\n    command: [bash]", "image: [\n    command: [bash]", "not YAML"),
    ],
)
def test_what_osmo_would_refuse_is_refused_in_words(old: str, new: str, words: str) -> None:
    assert old in SMALL
    with pytest.raises(Unsuitable) as refused:
        check(SMALL.replace(old, new))
    assert words in str(refused.value)


def test_the_verb_writes_the_file(tmp_path: Path) -> None:
    out = tmp_path / "w" / "tandem.yaml"
    run, app = CliRunner().invoke, build_app("workflow")
    assert run(app, ["workflow", "osmo", "--out", str(out), "--image", "a/b:1", "--policy", "act"]).exit_code == 0
    check(out.read_text())
    assert yaml.safe_load(out.read_text())["default-values"]["policy"] == "act"
    assert run(app, ["workflow", "slurm", "--out", str(out), "--image", "a/b:1"]).exit_code == 2
    refused = run(app, ["workflow", "osmo", "--out", str(out), "--image", "a/b:1", "--name", "7 days"])
    assert refused.exit_code == 2
