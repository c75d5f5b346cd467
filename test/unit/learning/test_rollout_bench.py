"""What a rollout costs, by part."""

from tandem.learning.rollout_bench import PARTS, bench_rollouts
from tandem.sim.cell_sim import CellSim


def test_the_parts_are_told_apart_and_make_up_most_of_the_whole() -> None:
    step = CellSim.step
    (cost,) = bench_rollouts("skills", [("tabletop", "red_cube_in_blue_bin")])
    assert CellSim.step is step, "measuring leaves nothing behind"
    assert set(cost.parts) == set(PARTS)
    assert min(cost.parts.values()) > 0.0
    assert 0.5 * cost.total < sum(cost.parts.values()) < cost.total
