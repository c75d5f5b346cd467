"""The lifecycle of the nodes: down and up again by its services, as a lifecycle manager does it."""

import time

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.action import ActionClient
from running_cell import RunningCell, wait_for
from tandem_cell.action import ExecuteInstruction, MoveTo

from tandem.cell.bringup import node_graph

DOWN = (Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP)
UP = (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE)
NODES = tuple(spec.name for spec in node_graph())


def change(cell: RunningCell, node: str, *transitions: int) -> None:
    """Go through these transitions, each of which must succeed."""
    client = cell.client.node.create_client(ChangeState, f"{node}/change_state")
    assert client.wait_for_service(10.0), node
    for transition in transitions:
        answer = client.call_async(ChangeState.Request(transition=Transition(id=transition)))
        wait_for(answer.done, 90.0, f"the answer of {node} to transition {transition}")
        assert answer.result().success, (node, transition, cell.processes.log_tail(node))
    cell.client.node.destroy_client(client)


def endpoints(cell: RunningCell) -> dict[str, tuple[int, int]]:
    """How many publishers and subscriptions each topic of the cell has, but for those that come and go with clients."""
    node = cell.client.node
    topics = [name for name, _ in node.get_topic_names_and_types() if "transition_event" not in name]
    return {name: (node.count_publishers(name), node.count_subscribers(name)) for name in topics}


@pytest.mark.parametrize("node", NODES)
def test_a_node_taken_down_and_up_again_is_as_it_was(cell: RunningCell, node: str) -> None:
    cell.begin_anew()
    before = endpoints(cell)
    change(cell, node, *DOWN)
    time.sleep(0.5)
    assert endpoints(cell) != before, "nothing is left of what it did"
    change(cell, node, *UP)
    wait_for(lambda: endpoints(cell) == before, 10.0, "the same topics", lambda: str((before, endpoints(cell))))
    cell.recover()
    again = cell.client.send("go home").result(60.0)
    assert again.error_code == ExecuteInstruction.Result.NONE, again.error_msg


def test_deactivating_the_vla_ends_the_step_and_the_arms_rest(cell: RunningCell) -> None:
    cell.begin_anew()
    handle = cell.client.send("go home and then pick up the red cube", replace=True)
    wait_for(lambda: cell.client.heard.largest_motion_rad > 0.05, 40.0, "the arms to move")
    change(cell, "vla", Transition.TRANSITION_DEACTIVATE)
    result = handle.result(20.0)
    assert result.error_code in (ExecuteInstruction.Result.STOPPED, ExecuteInstruction.Result.NODE_LOST), result.error_msg
    assert cell.client.joints.at_rest()
    change(cell, "vla", Transition.TRANSITION_ACTIVATE)
    cell.recover()


def test_deactivating_the_planner_ends_its_motion(cell: RunningCell) -> None:
    cell.begin_anew()
    client = ActionClient(cell.client.node, MoveTo, "move_to")
    assert client.wait_for_server(10.0)
    goal = MoveTo.Goal(sides=["left"], joint_positions=[0.9, -2.2, 2.35, -1.62, -1.5708, 0.0], speed=0.1)
    stages: list[str] = []
    sent = cell.client.ask(
        lambda: client.send_goal_async(goal, feedback_callback=lambda heard: stages.append(heard.feedback.stage))
    )
    wait_for(sent.done, 10.0, "the goal to be taken")
    ended = cell.client.ask(sent.result().get_result_async)
    wait_for(lambda: "moving" in stages or ended.done(), 20.0, "the arm to move")
    assert not ended.done(), ended.result().result.error_msg
    change(cell, "planner", Transition.TRANSITION_DEACTIVATE)
    wait_for(ended.done, 10.0, "the goal's end")
    result = ended.result().result
    assert result.error_code == MoveTo.Result.STOPPED, result.error_msg
    wait_for(cell.client.joints.at_rest, 5.0, "the arms to rest")
    change(cell, "planner", Transition.TRANSITION_ACTIVATE)
    cell.recover()
    client.destroy()
