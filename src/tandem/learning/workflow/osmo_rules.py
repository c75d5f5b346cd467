"""What OSMO's user guide says of a workflow's file (version 2), so far as ours can break it: fields, names, references, units.

Only flat workflows: `tasks`, no `groups`. Jinja's statements aren't known, its variables are.
"""

import re
from collections.abc import Mapping
from typing import Any

import yaml


class Unsuitable(ValueError):
    """OSMO would refuse a file; the message says where and why."""


_NAME = re.compile(r"[a-zA-Z]([a-zA-Z0-9_-]*[a-zA-Z0-9])?")
_UNITS = re.compile(r"\d+(\.\d+)?(Ki|Mi|Gi|Ti|Pi|Ei|K|M|G|T|P|E|m)?")
_TIME = re.compile(r"\d+(s|m|h|d)")
_CODES = re.compile(r"\d+(-\d+)?(,\d+(-\d+)?)*")
_VARIABLE = re.compile(r"\{\{\s*([^}]*?)\s*\}\}")
_INPUT = re.compile(r"input:(\d+)")
_HOST = re.compile(r"host:(.+)")
_TOKENS = ("output", "workflow_id")
_ACTIONS = ("COMPLETE", "FAIL", "RESCHEDULE")
_VERSION = 2
_DEFAULTS = "\ndefault-values:"


def check(text: str) -> None:
    """See that a file is one that OSMO takes.

    Raises:
        Unsuitable: it is not.
    """
    head, _, tail = text.partition(_DEFAULTS)
    values = _loaded(f"values:{tail}", "default-values").get("values") or {}
    _mapping(values, "default-values")
    for name in values:
        if name in _TOKENS or not name.isidentifier():
            raise Unsuitable(f"default-values: '{name}' can't be a variable's name")
    # The variables are filled in before the text is read as YAML; tokens stay.
    filled = _VARIABLE.sub(lambda match: str(values[match[1]]) if match[1] in values else match[0], head)
    content = _loaded(filled, "the file")
    _fields(content, "the file", {"workflow"}, {"version"})
    if content.get("version", _VERSION) != _VERSION:
        raise Unsuitable(f"version: {content['version']} is not {_VERSION}")
    _workflow(content["workflow"])


def _loaded(text: str, where: str) -> Any:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Unsuitable(f"{where}: not YAML: {error}") from error
    _mapping(content, where)
    return content


def _workflow(workflow: Any) -> None:
    _fields(workflow, "workflow", {"name", "tasks"}, {"pool", "labels", "timeout", "resources"})
    _name(workflow["name"], "workflow: name")
    timeout = workflow.get("timeout", {})
    _fields(timeout, "timeout", set(), {"exec_timeout", "queue_timeout"})
    for key, value in timeout.items():
        _matches(_TIME, value, f"timeout: {key}", "a whole number and one of s, m, h, d")
    resources = workflow.get("resources", {"default": {}})
    _mapping(resources, "resources")
    for name, entry in resources.items():
        _resource(entry, f"resource '{name}'")
    if not isinstance(workflow["tasks"], list) or not workflow["tasks"]:
        raise Unsuitable("tasks: there must be at least one")
    names = [_task_name(task) for task in workflow["tasks"]]
    if twice := {name for name in names if names.count(name) > 1}:
        raise Unsuitable(f"tasks: '{min(twice)}' is there twice")
    for task in workflow["tasks"]:
        _task(task, names, set(resources))
    _see_order({task["name"]: [item["task"] for item in task.get("inputs", []) if "task" in item] for task in workflow["tasks"]})


def _task_name(task: Any) -> str:
    _mapping(task, "a task")
    _name(task.get("name"), "a task's name")
    return str(task["name"])


_TASK: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "image": str,
    "command": list,
    "args": list,
    "lead": bool,
    "environment": dict,
    "credentials": dict,
    "inputs": list,
    "outputs": list,
    "files": list,
    "resource": str,
    "volumeMounts": list,
    "exitActions": dict,
    "checkpoint": list,
    "privileged": bool,
    "hostNetwork": bool,
}


def _task(task: Mapping[str, Any], names: list[str], resources: set[str]) -> None:
    where = f"task '{task['name']}'"
    _fields(task, where, {"name", "image", "command"}, set(_TASK))
    for key, value in task.items():
        if not isinstance(value, _TASK[key]):
            raise Unsuitable(f"{where}: {key} must be a {_TASK[key].__name__}")  # type: ignore[union-attr]
    if not task["command"] or not task["image"]:
        raise Unsuitable(f"{where}: it needs an image and a command")
    if any(not isinstance(word, str) for word in (*task["command"], *task.get("args", ()))):
        raise Unsuitable(f"{where}: command and args are words")
    if task.get("resource", "default") not in resources:
        raise Unsuitable(f"{where}: no resource named '{task.get('resource', 'default')}'")
    for item in task.get("inputs", []):
        _transfer(item, f"{where}, inputs", ("task", "url"))
        if "task" in item and (item["task"] not in names or item["task"] == task["name"]):
            raise Unsuitable(f"{where}, inputs: '{item['task']}' is not another task")
    for item in task.get("outputs", []):
        _transfer(item, f"{where}, outputs", ("url",))
    _files(task.get("files", []), where)
    for action, codes in task.get("exitActions", {}).items():
        if action not in _ACTIONS:
            raise Unsuitable(f"{where}, exitActions: '{action}' is not one of {', '.join(_ACTIONS)}")
        _matches(_CODES, codes, f"{where}, exitActions", "codes as in 1-10,16")
    _see_tokens(task, where, names)


def _transfer(item: Any, where: str, kinds: tuple[str, ...]) -> None:
    _fields(item, where, set(), {*kinds, "regex"})
    if sum(kind in item for kind in kinds) != 1:
        raise Unsuitable(f"{where}: each is one of {', '.join(kinds)}")
    try:
        re.compile(item.get("regex", ""))
    except re.error as error:
        raise Unsuitable(f"{where}: regex: {error}") from error


def _files(files: list[Any], where: str) -> None:
    paths = []
    for item in files:
        _fields(item, f"{where}, files", {"path"}, {"contents", "localpath", "base64"})
        if ("contents" in item) == ("localpath" in item):
            raise Unsuitable(f"{where}, files: {item['path']} needs either contents or a localpath")
        if not item["path"].strip("/") or item["path"].strip("/").split("/")[0] == "osmo":
            raise Unsuitable(f"{where}, files: {item['path']} can't be written")
        paths.append(item["path"])
    if len(set(paths)) != len(paths):
        raise Unsuitable(f"{where}, files: two have the same path")


def _resource(entry: Any, where: str) -> None:
    _fields(entry, where, set(), {"cpu", "gpu", "memory", "storage", "platform", "nodesExcluded", "topology"})
    for key in ("cpu", "gpu"):
        if key in entry and (not str(entry[key]).isdigit()):
            raise Unsuitable(f"{where}: {key} must be a whole number, not {entry[key]!r}")
    for key in ("memory", "storage"):
        if key in entry:
            _matches(_UNITS, entry[key], f"{where}: {key}", "a number with a unit, as 16Gi")


def _see_tokens(task: Mapping[str, Any], where: str, names: list[str]) -> None:
    """See that all that is still between braces is known to OSMO."""
    count = len(task.get("inputs", []))
    for token in _VARIABLE.findall(yaml.safe_dump(dict(task), width=10**6)):
        if match := _INPUT.fullmatch(token):
            if int(match[1]) >= count:
                raise Unsuitable(f"{where}: {{{{{token}}}}}, but it has {count} inputs")
        elif match := _HOST.fullmatch(token):
            if match[1] not in names:
                raise Unsuitable(f"{where}: no task named '{match[1]}'")
        elif token not in _TOKENS:
            raise Unsuitable(f"{where}: nothing is said of the variable '{token}'")


def _see_order(needs: dict[str, list[str]]) -> None:
    done: set[str] = set()
    while len(done) < len(needs):
        ready = {name for name, inputs in needs.items() if name not in done and set(inputs) <= done}
        if not ready:
            raise Unsuitable(f"tasks: {', '.join(sorted(set(needs) - done))} wait for one another")
        done |= ready


def _fields(part: Any, where: str, needed: set[str], more: set[str]) -> None:
    _mapping(part, where)
    if missing := needed - set(part):
        raise Unsuitable(f"{where}: {min(missing)} is missing")
    if unknown := set(part) - needed - more:
        raise Unsuitable(f"{where}: there is no field '{min(unknown)}'")


def _mapping(part: Any, where: str) -> None:
    if not isinstance(part, dict) or any(not isinstance(key, str) for key in part):
        raise Unsuitable(f"{where}: fields with names are expected")


def _name(value: Any, where: str) -> None:
    _matches(_NAME, value, where, "letters, digits, - and _, beginning with a letter")


def _matches(pattern: re.Pattern[str], value: Any, where: str, meaning: str) -> None:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Unsuitable(f"{where}: {value!r} is not {meaning}")
