"""The speed figures of the parts, as `tandem bench` prints them. One machine, one run: orders of size, not promises."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tandem.learning.provenance import machine

if TYPE_CHECKING:
    from tandem.motion.bench import PlanningFigures
    from tandem.motion.protocol import Planner


@dataclass(frozen=True)
class Figure:
    """Median and 95th percentile of ``n`` measurements in ``unit``; ``peer`` is what it was compared with, if anything."""

    name: str
    unit: str
    median: float
    p95: float
    n: int
    peer: str | None = None
    peer_median: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times the peer's median ours is."""
        return None if not self.peer_median else self.median / self.peer_median


def spread(name: str, unit: str, values: Sequence[float]) -> Figure:
    """A figure of measurements."""
    return Figure(name, unit, float(np.median(values)), float(np.percentile(values, 95)), len(values))


def planning(peer: Planner | None = None, peer_name: str = "") -> list[Figure]:
    """Two-arm plans among bins and cubes, simplification and retiming included; another planner's of the same beside them.

    Args:
        peer, peer_name: the other planner, and what it is called; None for none.
    """
    from tandem.motion.bench import bench_planning

    own = _planning_figures(bench_planning(50, seed=1000))
    if peer is None:
        return own
    theirs = _planning_figures(bench_planning(50, seed=1000, planner=peer))
    return [replace(figure, peer=peer_name, peer_median=their.median) for figure, their in zip(own, theirs, strict=True)]


def _planning_figures(found: PlanningFigures) -> list[Figure]:
    lengths = (("path of a plan, over all joints", "rad", found.path_length), ("duration of a plan", "s", found.duration_s))
    return [
        Figure("plan for two arms", "ms", *found.planning_ms, found.problems),
        Figure("plans found", "share", found.success_rate, found.success_rate, found.problems),
        *(Figure(name, unit, value, value, found.problems) for name, unit, value in lengths),
        Figure("clearance beyond the margin along a plan (median, least)", "mm", *found.clearance_mm, found.problems),
    ]


def perception() -> list[Figure]:
    """Perceived against true poses, and the time of an update."""
    from tandem.learning.perception_bench import bench_perception

    found = bench_perception(30, seed=1000)
    return [
        Figure("error of an object's place", "mm", *found.position_mm[:2], found.objects),
        Figure("error of an object's heading", "deg", *found.yaw_deg[:2], found.objects),
        Figure("objects missed", "count", len(found.missed), len(found.missed), found.objects),
        Figure("objects that are not there", "count", len(found.false), len(found.false), found.objects),
        Figure("scene from one 640 x 480 RGB-D image", "ms", *found.update_ms, found.scenes),
        *_busybox(),
    ]


def _busybox() -> list[Figure]:
    """Boxes in any layout, state and light, with errors of the cameras; none of those that the network learned from."""
    from tandem.learning.busybox_bench import bench_busybox

    found = bench_busybox(200, seed=1000)
    shares = (("modules", found.modules), ("states of parts", found.states), ("states of plugs", found.plugs))
    return [
        *(Figure(f"BusyBox: {name} right", "share", value, value, found.boxes[0]) for name, value in shares),
        Figure("BusyBox: error of a part's place", "mm", *found.parts_mm, found.boxes[1]),
        Figure("BusyBox: error of a loose plug's place", "mm", *found.loose_mm, found.boxes[1]),
        Figure("BusyBox: error of the box's place", "mm", *found.box_mm, found.boxes[1]),
        Figure("BusyBox: error of its heading", "deg", *found.box_deg, found.boxes[1]),
        Figure("BusyBox: scene from an image of a known one", "ms", *found.look_ms, found.boxes[1]),
        Figure("BusyBox: scene from an image of a new one", "ms", *found.first_ms, found.boxes[1]),
    ]


def _box_steps() -> list[Figure]:
    """A step of 2 ms with a BusyBox, which sleeps while nobody touches it."""
    from mujoco import mjtEnableBit

    from tandem.sim.cell_sim import CellSim
    from tandem.sim.scenes import scene_for

    sim, found = CellSim(scene_for("busybox_canonical", 1000)), []
    for words, awake in (("that nobody touches", False), ("that is touched", True)):
        if awake:
            sim.cell.model.opt.enableflags &= ~mjtEnableBit.mjENBL_SLEEP.value
        steps = [1e3 * value / 50 for value in timed(lambda: sim.step(50), 40)]
        found.append(spread(f"simulation step of 2 ms, with a BusyBox {words}", "us", steps))
    sim.close()
    return found


def simulation() -> list[Figure]:
    """A 2 ms step with controllers, each camera's image, and both together at 10 Hz as a multiple of real time."""
    from tandem.cell import names
    from tandem.sim.cell_sim import CellSim

    sim = CellSim(seed=1000)
    steps = [value / 50 for value in timed(lambda: sim.step(50), 40)]
    figures = [spread("simulation step of 2 ms", "us", [1e3 * value for value in steps])]
    images = 0.0
    for camera in names.CAMERAS:
        sim.render(camera)
        durations = timed(lambda camera=camera: sim.render(camera), 30)  # type: ignore[misc]
        images += float(np.median(durations))
        figures.append(spread(f"RGB-D image of {camera}", "ms", durations))
    sim.close()
    second = 500 * float(np.median(steps)) + 10 * images
    figures += _box_steps()
    return [*figures, Figure("simulation with three cameras at 10 Hz", "x real time", 1e3 / second, 1e3 / second, 1)]


def rollouts() -> list[Figure]:
    """Processor time that a second of an in-process rollout takes: of all tasks, by part, and by task."""
    from tandem.learning.rollout_bench import PARTS, bench_rollouts

    found = []
    for policy in ("skills", "vla"):
        costs = bench_rollouts(policy)
        found.append(spread(f"rollout by {policy}, cameras on", "CPU s / s", [cost.total for cost in costs]))
        found += [spread(f"rollout by {policy}: {cost.task}", "CPU s / s", [cost.total]) for cost in costs]
        found += [
            spread(f"rollout by {policy}: {part} of that", "CPU s / s", [cost.parts[part] for cost in costs]) for part in PARTS
        ]
    return found


def safety() -> list[Figure]:
    """The filter on 50 x 14 chunks, and one state's distances."""
    from tandem.safety.bench import bench_safety

    return [spread(name, unit, values) for name, unit, values in bench_safety()]


def policy() -> list[Figure]:
    """Milliseconds of a chunk of each policy, LeRobot's beside them."""
    from tandem.learning.policy_bench import bench_policies

    figures = []
    for timing in bench_policies():
        own = spread(timing.name, "ms", timing.durations)
        peer = None if timing.peer_durations is None else float(np.median(timing.peer_durations))
        figures.append(replace(own, peer=timing.peer, peer_median=peer))
    return figures


def timed(work: Callable[[], object], n: int) -> list[float]:
    """Durations of ``n`` runs [ms], after one that does not count."""
    work()
    durations = []
    for _ in range(n):
        started = time.perf_counter()
        work()
        durations.append(1e3 * (time.perf_counter() - started))
    return durations


def report(figures: Sequence[Figure]) -> dict[str, Any]:
    """The figures with their machine, schema tandem.bench/1."""
    rows = [asdict(figure) | {"ratio": figure.ratio} for figure in figures]
    return {"schema": "tandem.bench/1", "machine": machine(), "figures": rows}
