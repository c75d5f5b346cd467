"""Perception of the BusyBox against the simulator's truth, over random boxes. Evaluation: the only place where the two meet."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import dist, pi
from typing import Any

import numpy as np

from tandem.cell import description
from tandem.cell.busybox.layout import MODULES
from tandem.cell.busybox.parts import BOX, PARTS, Part
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene
from tandem.learning.busybox_cells.boxes import any_light, any_scene
from tandem.perception.busybox.watch import FIRST_LOOKS
from tandem.perception.estimator import SceneEstimator
from tandem.perception.rectangle import nearest_turn
from tandem.sim.busybox.wires import SEGMENTS, cable_name, plug_name
from tandem.sim.cell_sim import CellSim


@dataclass(frozen=True)
class BoxFigures:
    """What `bench_busybox` measures.

    Attributes:
        boxes: how many were looked at, and how many of them were found.
        modules: share of modules of which cell and turn are right; ``states`` of parts, ``plugs`` likewise.
        parts_mm: median and 95th percentile of the distances of parts' centres; ``loose_mm`` of plugs that are out.
        box_mm: likewise of the box's; ``box_deg`` of its heading.
        look_ms: of an update with one overhead image of a box that is known; ``first_ms`` while it gets to know it.
        wrong: what was wrong, in words.
    """

    boxes: tuple[int, int]
    modules: float
    states: float
    plugs: float
    parts_mm: tuple[float, float]
    loose_mm: tuple[float, float]
    box_mm: tuple[float, float]
    box_deg: tuple[float, float]
    look_ms: tuple[float, float]
    first_ms: tuple[float, float]
    wrong: tuple[str, ...]


@dataclass
class _Tally:
    found: int = 0
    modules: list[bool] = field(default_factory=list)
    states: list[bool] = field(default_factory=list)
    plugs: list[bool] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)
    loose: list[float] = field(default_factory=list)
    box: list[float] = field(default_factory=list)
    turn: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    looks: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def bench_busybox(n: int, seed: int, images: int = 6) -> BoxFigures:
    """Look at ``n`` boxes, of the seeds from ``seed`` on, each in its own light and with its own errors of the cameras.

    Args:
        n: how many.
        seed: of the first one; far from those that the network learned from.
        images: overhead images that the estimator sees of each.
    """
    tally, sim, estimator = _Tally(), None, SceneEstimator()
    for number in range(seed, seed + n):
        spec = any_scene(number)
        sim = sim or CellSim(spec)
        sim.reset(spec, randomisation=any_light(spec))
        estimator.reset()
        scene = _watch(sim, estimator, images, tally)
        _compare(sim, scene, number, tally)
    if sim is not None:
        sim.close()
    return _figures(n, tally)


def _watch(sim: CellSim, estimator: SceneEstimator, images: int, tally: _Tally) -> Scene:
    scene = Scene()
    for image in range(images):
        sim.step(round(0.1 / sim.timestep))
        frame = sim.render("overhead_camera")
        positions, velocities, _ = sim.joint_state()
        begun = time.process_time()
        scene = estimator.update([frame], positions, velocities, sim.time)
        (tally.looks if image >= FIRST_LOOKS else tally.first).append(1e3 * (time.process_time() - begun))
    return scene


def _compare(sim: CellSim, scene: Scene, number: int, tally: _Tally) -> None:
    true = sim.truth.object_pose(BOX)
    if BOX not in scene:
        tally.wrong.append(f"{number}: no box")
        return
    tally.found += 1
    tally.box.append(1e3 * dist(scene[BOX].pose.position[:2], true.position[:2]))
    tally.turn.append(abs(float(np.rad2deg(nearest_turn(scene[BOX].pose.yaw - true.yaw, 0.0, 2 * pi)))))
    for module in MODULES:
        pose, body = scene[f"{BOX}/{module}"].pose, sim.data.body(f"{BOX}/{module}")
        turn = nearest_turn(pose.yaw - _pose(body).yaw, 0.0, 2 * pi)
        right = dist(pose.position[:2], body.xpos[:2]) < 0.03 and abs(turn) < 0.3
        tally.modules.append(right)
        if not right:
            tally.wrong.append(f"{number}: {module}")
    track = sim.truth.box
    assert track is not None, "there is a box"
    now = track.state()
    for part in PARTS:
        _compare_part(sim, scene, part, now.of(part.name), number, tally)
    for colour, row, plugged in _ends(now.wires):
        item = scene[f"{BOX}/wires/{colour}/{row}"]
        tally.plugs.append(item.state == ("in" if plugged else "out"))
        if not plugged:
            place = _pose(sim.data.body(plug_name(colour, row))) @ Pose((0.0, 0.0, item.size[2] / 2))
            tally.loose.append(1e3 * dist(item.pose.position, place.position))


def _compare_part(sim: CellSim, scene: Scene, part: Part, state: str, number: int, tally: _Tally) -> None:
    item = scene[part.name]
    tally.states.append(item.state == state)
    if item.state != state:
        tally.wrong.append(f"{number}: {part.name} is {state}, not {item.state}")
    if part.module != "wires" or state == "in":  # where a loose wire is, its plug tells
        off = 1e3 * dist(item.pose.position, _centre(sim, part).position)
        tally.parts.append(off)
        if off > 15.0:
            tally.wrong.append(f"{number}: {part.name} is {off:.0f} mm off")


def _centre(sim: CellSim, part: Part) -> Pose:
    """Middle of what a hand would touch, in the world."""
    settings = description.settings("busybox.yaml")
    if part.module == "wires":
        middle = sim.data.body(cable_name(part.key, SEGMENTS // 2))
        following = sim.cell.model.body(cable_name(part.key, SEGMENTS // 2 + 1)).pos
        return _pose(middle) @ Pose((0.0, 0.0, float(following[2]) / 2))
    up = {
        "buttons": settings["buttons"]["height"],
        "sliders": settings["sliders"]["cap"][2] / 2,
        "knob": settings["knob"]["body"]["height"] / 2,
        "switches": settings["switches"]["lever"]["length"],
    }[part.module]
    return _pose(sim.data.body(part.name)) @ Pose((0.0, 0.0, float(up)))


def _pose(body: Any) -> Pose:
    """Of one of MuJoCo's bodies."""
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = body.xmat.reshape(3, 3), body.xpos
    return Pose.from_matrix(matrix)


def _ends(wires: Sequence[tuple[bool, bool]]) -> Iterator[tuple[str, str, bool]]:
    for colour, both in zip(WIRE_COLOURS, wires, strict=True):
        for row, plugged in zip(ROW_NAMES, both, strict=True):
            yield colour, row, plugged


def _figures(n: int, tally: _Tally) -> BoxFigures:
    return BoxFigures(
        boxes=(n, tally.found),
        modules=_share(tally.modules),
        states=_share(tally.states),
        plugs=_share(tally.plugs),
        parts_mm=_spread(tally.parts),
        loose_mm=_spread(tally.loose),
        box_mm=_spread(tally.box),
        box_deg=_spread(tally.turn),
        look_ms=_spread(tally.looks),
        first_ms=_spread(tally.first),
        wrong=tuple(tally.wrong),
    )


def _share(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _spread(values: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile; NaN of nothing."""
    return (float(np.median(values)), float(np.percentile(values, 95))) if values else (float("nan"), float("nan"))
