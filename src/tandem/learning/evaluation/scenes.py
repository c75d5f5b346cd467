"""Which scene suits a sentence."""

from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.plan import Refusal, TaskPlan
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.language.parser import parse
from tandem.language.verify import achieved
from tandem.learning.evaluation.recording import plan_names
from tandem.sim.scenes import ObjectSpec, SceneSpec, scene_for, scene_names

_SEEDS = 100
"""So many are looked at."""


def scene_for_instruction(text: str, seed: int = 0) -> str:
    """Name of the first scene in which the sentence means something: a plan, or a question back; the first of all if none.

    A scene in which it happens to be unambiguous is not sought: who says "the cube" shall be asked which. But people call cubes
    boxes too, and who says "move the box" is not to be asked which cube where there is a BusyBox to be moved.
    """
    scenes = {name: scene_for(name, seed) for name in scene_names()}
    found = {name: parse(text, as_perceived(scene)) for name, scene in scenes.items()}
    suitable = [name for name, answer in found.items() if not isinstance(answer, Refusal)]
    if suitable and not isinstance(found[suitable[0]], TaskPlan):
        meant = (name for name in suitable if isinstance(found[name], TaskPlan) and _has_busybox(scenes[name]))
        return next(meant, suitable[0])
    return next(iter(suitable), scene_names()[0])


def _has_busybox(scene: SceneSpec) -> bool:
    return any(item.setup is not None for item in scene.objects)


def seed_with_work(text: str, name: str) -> int:
    """The first seed with which that scene leaves something to do, such as a loose wire to be plugged in; 0 if there is none."""
    return next((seed for seed in range(_SEEDS) if not _is_done(text, as_perceived(scene_for(name, seed)))), 0)


def _is_done(text: str, scene: Scene) -> bool:
    plan = parse(text, scene)
    return isinstance(plan, TaskPlan) and all(achieved(step, scene, scene) for step in plan.steps)


def as_perceived(scene: SceneSpec) -> Scene:
    """A scene as perception would describe it if it made no errors."""
    names = {real: name for name, real in plan_names(scene).items()}
    items = [entry for item in scene.objects for entry in _perceived(item, names[item.name])]
    return Scene(0.0, tuple(sorted(items, key=lambda item: item.name)))


def _perceived(item: ObjectSpec, name: str) -> tuple[SceneObject, ...]:
    if item.setup is None:
        return (SceneObject(name, item.category, item.colour, item.pose, item.size, on="table"),)
    underside = item.pose @ Pose((0.0, 0.0, -item.size[2] / 2))
    return scene_objects(underside, item.setup.layout, item.setup.state, item.colour)
