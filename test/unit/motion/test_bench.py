"""The planning bench."""

from dataclasses import replace

from tandem.motion.bench import bench_planning
from tandem.motion.ompl_planner import OmplPlanner
from tandem.motion.protocol import PlanRequest, PlanResult


def test_figures_are_of_problems_that_have_an_answer() -> None:
    figures = bench_planning(n=12, seed=4)
    assert figures.problems == 12
    assert figures.success_rate >= 0.9, figures.failures
    assert figures.detour >= 1.0 - 1e-6
    assert figures.clearance_mm[1] > 0.0
    assert figures.planning_ms[0] <= figures.planning_ms[1]


class _Slow(OmplPlanner):
    """Finds the same, but says that it took longer."""

    def plan(self, request: PlanRequest) -> PlanResult:
        found = super().plan(request)
        return replace(found, planning_time_s=found.planning_time_s + 1.0)


def test_another_planner_gets_the_same_problems() -> None:
    own, other = bench_planning(n=4, seed=5), bench_planning(n=4, seed=5, planner=_Slow())
    assert other.success_rate == own.success_rate
    assert other.path_length == own.path_length
    assert other.planning_ms[0] > 1000.0
