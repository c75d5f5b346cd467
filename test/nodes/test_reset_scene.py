"""The scene can be set up anew at any moment, while cameras draw it and states are published."""

from running_cell import SEED, RunningCell, wait_for


def test_many_resets_leave_the_simulator_alive(cell: RunningCell) -> None:
    for seed in range(40):
        cell.client.reset_scene(seed)
    before = cell.client.joints.newest[0]
    wait_for(lambda: cell.client.joints.newest[0] > before + 0.5, 20.0, "time to go on")
    assert not cell.processes.deaths()
    cell.client.reset_scene(SEED)
    cell.client.wait_ready()
