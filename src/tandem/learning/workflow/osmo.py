"""Demonstrations, training, evaluation and gate as a workflow of NVIDIA OSMO, which schedules containers on clusters.

Each task's script is in the file; what differs between sites and runs are variables, given with `osmo workflow submit --set`.
"""

from dataclasses import dataclass
from typing import Any

import yaml

from tandem.learning.workflow.osmo_rules import check

_HEAD = """\
# Tandem: demonstrations, training, evaluation and gate, for NVIDIA OSMO. Made by `tandem workflow osmo`.
#   osmo workflow submit THIS_FILE --pool POOL [--set image=... episodes=... seed=...]
# The image must have Tandem set up in it. Each task's files are in the workflow's own storage, and the next task's input;
# the last task fails when the policy is not good enough.
"""

_SCRIPT = """\
set -eu
cd {{ tandem }}
"""


@dataclass(frozen=True)
class Plan:
    """What a workflow is to do; all but the names are the variables' defaults.

    Attributes:
        image: a container's image with Tandem set up in it.
        tandem: folder of the checkout in it.
        suite: of tasks.
        policy: that is trained, a name that `tandem eval` takes.
        config: what `tandem train` is told, a path in the checkout.
        demonstrations: episodes of each task that are tried.
        episodes: of each task that are evaluated.
        seed: of demonstrations and evaluation.
        at_least, task_at_least: shares that the gate asks for.
        name: of the workflow.
    """

    image: str
    tandem: str = "/opt/tandem"
    suite: str = "tabletop"
    policy: str = "vla"
    config: str = "config/training/small.yaml"
    demonstrations: int = 400
    episodes: int = 50
    seed: int = 0
    at_least: float = 0.8
    task_at_least: float = 0.6
    name: str = "tandem-learning"


def workflow(plan: Plan) -> str:
    """The workflow's file.

    Raises:
        Unsuitable: the plan gives a file that OSMO would refuse.
    """
    text = _HEAD + "\n" + yaml.dump(_content(plan), Dumper=_Dumper, sort_keys=False, width=120)
    check(text)
    return text


def _content(plan: Plan) -> dict[str, Any]:
    tasks = [
        _task(
            "collect",
            "cores",
            "./tandem collect --suite {{ suite }} --episodes {{ demonstrations }} --seed {{ seed }} --out {{output}}/dataset\n",
        ),
        _task(
            "train",
            "card",
            "./tandem train --config {{ config }} --dataset {{input:0}}/dataset --out {{output}}/run\n",
            "collect",
        ),
        _task(
            "evaluate",
            "card",
            "./tandem eval --suite {{ suite }} --policy {{ policy }} --checkpoint {{input:0}}/run/checkpoint "
            "--episodes {{ episodes }} \\\n  --seed {{ seed }} --randomise --report {{output}}/report.json "
            "--html {{output}}/report.html\n",
            "train",
        ),
        _task(
            "gate",
            "small",
            "./tandem gate {{input:0}}/report.json --at-least {{ at_least }} --task-at-least {{ task_at_least }} "
            "--no-unintended \\\n  --episodes-at-least {{ episodes }}\n",
            "evaluate",
        ),
    ]
    resources = {
        "cores": {"cpu": 16, "memory": "64Gi", "storage": "200Gi"},
        "card": {"cpu": 8, "gpu": 1, "memory": "64Gi", "storage": "200Gi"},
        "small": {"cpu": 2, "memory": "8Gi", "storage": "20Gi"},
    }
    variables = {
        "workflow_name": plan.name,
        "image": plan.image,
        "tandem": plan.tandem,
        "suite": plan.suite,
        "policy": plan.policy,
        "config": plan.config,
        "demonstrations": plan.demonstrations,
        "episodes": plan.episodes,
        "seed": plan.seed,
        "at_least": plan.at_least,
        "task_at_least": plan.task_at_least,
    }
    return {
        "version": 2,
        "workflow": {
            "name": "{{ workflow_name }}",
            "timeout": {"exec_timeout": "2d", "queue_timeout": "1d"},
            "resources": resources,
            "tasks": tasks,
        },
        "default-values": variables,
    }


def _task(name: str, resource: str, command: str, after: str = "") -> dict[str, Any]:
    task: dict[str, Any] = {
        "name": name,
        "image": "{{ image }}",
        "command": ["bash"],
        "args": ["/tmp/run.sh"],
        "resource": resource,
    }
    if after:
        task["inputs"] = [{"task": after}]
    return task | {"files": [{"path": "/tmp/run.sh", "contents": _SCRIPT + command}]}


class _Dumper(yaml.SafeDumper):
    """Scripts as blocks, and what will be filled in between quotes."""


def _said(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else '"' if "{{" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _said)
