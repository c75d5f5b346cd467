"""Suites of tasks, as config/tasks/*.yaml says them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tandem.cell import description, paths
from tandem.cell.reach import can_reach
from tandem.learning.evaluation.conditions import KINDS, Condition, select, unmet
from tandem.learning.evaluation.recording import Recording
from tandem.learning.evaluation.seeds import episode_seed
from tandem.learning.evaluation.variation import Entry, Variant, Wording, filled, said, variants_of, wordings_of
from tandem.sim.scenes import SceneSpec, scene_for, scene_names

_ATTEMPTS = 200


@dataclass(frozen=True)
class Task:
    """One task, said in one way and about certain things; `varied` gives others.

    Attributes:
        name: of the task.
        instruction: the sentence that the cell is told.
        scene: name of a scene of `tandem.sim.scenes`.
        success: conditions that must all hold at the end.
        requires: what a scene must offer for the task to be possible.
        wording: that the instruction was made of.
        variant: what its slots stand for.
        source: the entry of config/tasks/ that it was made of.
        demonstrations: how many times as many episodes of it are collected as of others.
        limit_s: after so long the instruction is ended [s]; 0 for the cell's own limit.
        apart: counted, but not in the suite's rate.
        shove_m: how far the BusyBox is shoved while the arms move [m].
    """

    name: str
    instruction: str
    scene: str
    success: tuple[Condition, ...]
    requires: tuple[Condition, ...] = ()
    wording: Wording = field(default_factory=lambda: Wording(""))
    variant: Variant = field(default_factory=Variant)
    source: Entry = field(default_factory=dict)
    demonstrations: int = 1
    limit_s: float = 0.0
    apart: bool = False
    shove_m: float = 0.0

    @property
    def told(self) -> dict[str, Any]:
        """Wording and variant as rows and lines tell them; ``held_out`` names what of it is never demonstrated."""
        held_out = [kind for kind, part in (("wording", self.wording), ("variant", self.variant)) if part.held_out]
        return {
            "instruction": self.instruction,
            "wording": self.wording.text,
            "variant": self.variant.slots,
            "held_out": held_out,
        }


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
    return tuple(_ordinary(task, entry) for task, entry in _entries(name).items())


def is_randomised(suite: str) -> bool:
    """Whether its episodes always differ as config/randomisation.yaml says."""
    told = description.settings(f"tasks/{suite}.yaml")
    return bool(told.get("randomise", "like" in told and is_randomised(told["like"])))


def _entries(suite: str) -> dict[str, Entry]:
    """A suite's own tasks; or those of the suite that it is ``like``, but some, with other entries of its own for all of them."""
    told = description.settings(f"tasks/{suite}.yaml")
    if "like" not in told:
        return dict(told["tasks"])
    others, left_out = told.get("entries", {}), told.get("without", ())
    return {name: {**entry, **others} for name, entry in _entries(told["like"]).items() if name not in left_out}


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


def varied(task: Task, base: int, index: int, purpose: str = "", *, held_out: bool = True) -> Task:
    """The task's ``index``-th episode: a wording and a variant by chance, each as likely as any other.

    Args:
        task: of a suite.
        base, index, purpose: as for `suitable_scene`.
        held_out: whether those that are held out come as well.
    """
    rng = np.random.default_rng(episode_seed(base, f"{purpose}{task.name}/variation", index))
    wordings = [entry for entry in wordings_of(task.source) if held_out or not entry.held_out]
    variants = [entry for entry in variants_of(task.source) if held_out or not entry.held_out]
    return _task(task.name, task.source, wordings[int(rng.integers(len(wordings)))], variants[int(rng.integers(len(variants)))])


def suitable_scene(task: Task, base: int, index: int, purpose: str = "") -> SceneSpec:
    """The scene of the task's ``index``-th episode: the first of a sequence of seeds that offers what the task requires, and in
    which it isn't done already. Another ``purpose``, as training is another than evaluation, has other scenes.

    Raises:
        RuntimeError: none of many does.
    """
    for attempt in range(_ATTEMPTS):
        scene = scene_for(task.scene, episode_seed(base, f"{purpose}{task.name}", index, attempt))
        if _offers(scene, task) and not _is_done(scene, task):
            return scene
    raise RuntimeError(f"no suitable scene found for {task.name} among {_ATTEMPTS}")


def _offers(scene: SceneSpec, task: Task) -> bool:
    """Whether a scene has all that a task is about, and what it requires."""
    try:
        for condition in task.success:
            for role in ("object", "container", "support", "target"):
                if role in condition.arguments:
                    select(condition.arguments[role], scene)
        return all(_REQUIREMENTS[need.kind](scene, **need.arguments) for need in task.requires)
    except KeyError:
        return False


def _is_done(scene: SceneSpec, task: Task) -> bool:
    start = Recording.at_start(scene)
    return not any(unmet(condition, start) for condition in task.success)


def _ordinary(name: str, entry: Entry) -> Task:
    """A task as it is said first; all other ways are tried as well, so that mistakes in the file are found at once."""
    variants = variants_of(entry)
    if not variants or any(all(item.held_out for item in items) for items in (variants, wordings_of(entry))):
        raise ValueError(f"task {name}: nothing is left that isn't held out")
    for wording in wordings_of(entry):
        _task(name, entry, wording, variants[0])
    return _task(name, entry, wordings_of(entry)[0], variants[0])


def _task(name: str, entry: Entry, wording: Wording, variant: Variant) -> Task:
    try:
        instruction = said(wording.text, variant.slots)
        conditions = filled({key: entry.get(key, ()) for key in ("success", "requires")}, variant.slots)
    except KeyError as error:
        raise ValueError(f"task {name}: nothing is said of the slot {error}") from error
    if entry["scene"] not in scene_names():
        raise ValueError(f"task {name}: no scene named '{entry['scene']}'")
    success = tuple(_condition(name, item, KINDS) for item in conditions["success"])
    if not success:
        raise ValueError(f"task {name} has no condition of success")
    requires = tuple(_condition(name, item, _REQUIREMENTS) for item in conditions["requires"])
    demonstrations = entry.get("demonstrations", 1)
    if not isinstance(demonstrations, int) or demonstrations < 1:
        raise ValueError(f"task {name}: demonstrations must be a whole number from 1, not {demonstrations!r}")
    limit, apart = float(entry.get("limit_s", 0.0)), bool(entry.get("apart", False))
    shove = float(entry.get("shove_m", 0.0))
    scene = str(entry["scene"])
    return Task(name, instruction, scene, success, requires, wording, variant, entry, demonstrations, limit, apart, shove)


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
