"""MoveIt's own builder finds everything in the installed package, and makes of it what Tandem's nodes are told."""

from typing import Any

import pytest

utils = pytest.importorskip("moveit_configs_utils", reason="moveit_configs_utils is not installed (it comes with MoveIt 2)")
index = pytest.importorskip("ament_index_python.packages", reason="ament_index_python is not installed (it comes with ROS 2)")

from tandem.cell import moveit  # noqa: E402


@pytest.fixture(scope="module")
def built() -> dict[str, Any]:
    try:
        index.get_package_share_directory("tandem_cell")
    except LookupError:
        pytest.skip("the package is not installed: colcon build, and source its setup file")
    builder = utils.MoveItConfigsBuilder("tandem_cell", package_name="tandem_cell")
    made = builder.planning_pipelines(pipelines=list(moveit.PIPELINES)).planning_scene_monitor(
        publish_robot_description_semantic=True
    )
    return dict(made.to_moveit_configs().to_dict())


def test_the_builder_makes_what_move_group_is_told(built: dict[str, Any]) -> None:
    ours = moveit.move_group()
    assert set(ours) - set(built) <= {"capabilities"}
    for name in set(ours) & set(built):
        if isinstance(ours[name], str):  # after the comment that says which file it was made from
            assert built[name].partition("<robot ")[2] == ours[name].partition("<robot ")[2], name
        else:
            assert built[name] == ours[name], name


def test_the_builder_takes_what_moveit_py_needs(built: dict[str, Any]) -> None:
    made = utils.MoveItConfigsBuilder("tandem_cell", package_name="tandem_cell").moveit_cpp().to_moveit_configs().to_dict()
    assert made["planning_pipelines"]["pipeline_names"] == list(moveit.PIPELINES)
    assert made["plan_request_params"] == moveit.moveit_py()["plan_request_params"]
    assert "<ros2_control" not in built["robot_description"], "as it is without hardware"
