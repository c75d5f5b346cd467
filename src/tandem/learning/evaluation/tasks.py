"""Suites of tasks, as config/tasks/*.yaml says them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tandem.cell import description, paths
from tandem.cell.reach import can_reach
from tandem.learning.evaluation.conditions import KINDS, Condition, select, unmet
from tandem.learning.evaluation.recording import Recording
from tandem.learning.evaluation.seeds import episode_seed
from tandem.sim.scenes import SceneSpec, scene_for, scene_names

_ATTEMPTS = 200


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes:
        name: of the task.
        instruction: the sentence that the cell is told.
        scene: name of a scene of `tandem.sim.scenes`.
        success: conditions that must all hold at the end.
        requires: what a scene must offer for the task to be possible.
    """

    name: str
    instruction: str
    scene: str
    success: tuple[Condition, ...]
    requires: tuple[Condition, ...] = ()


def suite_names() -> tuple[str, ...]:
    """Suites that ``load_suite`` knows."""
    return tuple(sorted(path.stem for path in paths.config("tasks").glob("*.yaml")))


def load_suite(name: str) -> tuple[Task, ...]:
    """The tasks of a suite.

    Raises:
        KeyError: there is no such suite.
        ValueError: its file is wrong; the message says where.
    """
    if name not in suite_names():
        raise KeyError(f"no suite named '{name}'; there are {', '.join(suite_names())}")
    return tuple(_task(name, entry) for name, entry in description.settings(f"tasks/{name}.yaml")["tasks"].items())


def choose(suite: Sequence[Task], wanted: Sequence[str]) -> list[Task]:
    """Those tasks of a suite; all where none is named.

    Raises:
        KeyError: the suite has no task of a name.
    """
    known = [task.name for task in suite]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise KeyError(f"no task named '{unknown[0]}'; there are {', '.join(known)}")
    return [task for task in suite if not wanted or task.name in wanted]


def suitable_scene(task: Task, base: int, index: int, purpose: str = "") -> SceneSpec:
    """The scene of the task's ``index``-th episode: the first of a sequence of seeds that offers what the task requires, and in
    which it isn't done already. Another ``purpose``, as training is another than evaluation, has other scenes.

    Raises:
        RuntimeError: none of many does.
    """
    for attempt in range(_ATTEMPTS):
        scene = scene_for(task.scene, episode_seed(base, f"{purpose}{task.name}", index, attempt))
        start = Recording.at_start(scene)
        done = not any(unmet(condition, start) for condition in task.success)
        if not done and all(_REQUIREMENTS[need.kind](scene, **need.arguments) for need in task.requires):
            return scene
    raise RuntimeError(f"no suitable scene found for {task.name} among {_ATTEMPTS}")


def _task(name: str, entry: dict[str, Any]) -> Task:
    if entry["scene"] not in scene_names():
        raise ValueError(f"task {name}: no scene named '{entry['scene']}'")
    success = tuple(_condition(name, item, KINDS) for item in entry["success"])
    if not success:
        raise ValueError(f"task {name} has no condition of success")
    requires = tuple(_condition(name, item, _REQUIREMENTS) for item in entry.get("requires", ()))
    return Task(name, str(entry["instruction"]), str(entry["scene"]), success, requires)


def _condition(task: str, item: dict[str, Any], known: dict[str, Any]) -> Condition:
    (kind, arguments), *more = item.items()
    if more or kind not in known:
        raise ValueError(f"task {task}: {', '.join(item)} is not one of {', '.join(known)}")
    return Condition(kind, arguments if isinstance(arguments, dict) else {"objects": arguments})


def _reaches(scene: SceneSpec, arm: Any, **which: Any) -> bool:
    return all(can_reach(arm, _place(scene, name)) for name in select(which["object"], scene))


def _same_arm_reaches(scene: SceneSpec, objects: list[Any]) -> bool:
    return any(all(_reaches(scene, arm, object=item) for item in objects) for arm in ("left", "right"))


def _place(scene: SceneSpec, name: str) -> tuple[float, float, float]:
    return next(item.pose.position for item in scene.objects if item.name == name)


_REQUIREMENTS: dict[str, Callable[..., bool]] = {"reaches": _reaches, "same_arm_reaches": _same_arm_reaches}
