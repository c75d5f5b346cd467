"""What the evaluator is told."""

import json

from arm_script import ROBOT, above, move, run

from tandem.cell.robot import home_positions
from tandem.sim.cell_sim import CellSim
from tandem.sim.gripper_controller import GripperGoal


def test_the_report_is_plain_json_and_knows_every_object(sim: CellSim) -> None:
    sim.step(50)
    report = json.loads(json.dumps(sim.truth.report()))
    assert sorted(report["objects"]) == sorted(item.name for item in sim.scene.objects)
    assert report["scene"] == {"name": "tabletop", "seed": 1}
    cube = report["objects"]["red_cube"]
    assert cube["touching"] == ["table"]
    assert cube["held_by"] == []
    assert cube["category"] == "cube"


def test_only_resting_objects_touch_when_nothing_moves(sim: CellSim) -> None:
    sim.step(200)
    pairs = {frozenset((event.first, event.second)) for event in sim.truth.contacts}
    assert pairs == {frozenset((item.name, "table")) for item in sim.scene.objects}
    forces = {event.second: event.max_force for event in sim.truth.contacts if event.second.endswith("cube")}
    assert all(force > 0.5 for force in forces.values())


def test_a_finger_that_hits_the_table_is_logged_once_with_time_and_force(sim: CellSim) -> None:
    yaw = ROBOT.tcp_pose(home_positions(), "left").yaw
    move(sim, "left", above((0.30, 0.35, 0.0), yaw, 0.05), 1.2)
    before = sim.time
    assert not [event for event in sim.truth.contacts if "left_finger_a_link" in (event.first, event.second)]
    move(sim, "left", above((0.30, 0.35, 0.0), yaw, 0.009), 0.6)
    run(sim, 0.3)
    events = [event for event in sim.truth.contacts if {event.first, event.second} == {"left_finger_a_link", "table"}]
    assert len(events) == 1
    assert before < events[0].start < sim.time
    assert events[0].max_force > 5.0


def test_fingers_that_close_on_each_other_are_no_contact(sim: CellSim) -> None:
    sim.gripper_controllers["left"].accept(GripperGoal(0.0), 0.0)
    run(sim, 0.8)
    assert not [event for event in sim.truth.contacts if "finger" in event.first + event.second]


def test_arms_that_hit_one_another_are_logged_by_their_links(sim: CellSim) -> None:
    place = (0.40, 0.0, 0.15)
    for side in ("left", "right"):
        yaw = ROBOT.tcp_pose(home_positions(), side).yaw
        move(sim, side, above(place, yaw, 0.0), 1.5)  # type: ignore[arg-type]
    run(sim, 0.2)
    pairs = [(event.first, event.second) for event in sim.truth.contacts]
    assert any(first.startswith("left_") and second.startswith("right_") for first, second in pairs)
