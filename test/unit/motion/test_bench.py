"""The planning bench."""

from tandem.motion.bench import bench_planning


def test_figures_are_of_problems_that_have_an_answer() -> None:
    figures = bench_planning(n=12, seed=4)
    assert figures.problems == 12
    assert figures.success_rate >= 0.9, figures.failures
    assert figures.detour >= 1.0 - 1e-6
    assert figures.clearance_mm[1] > 0.0
    assert figures.planning_ms[0] <= figures.planning_ms[1]
