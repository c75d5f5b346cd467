"""What the tests of planners share."""

from collections.abc import Callable, Iterator

import pytest

from tandem.cell.pose import Pose
from tandem.cell.props import default_size
from tandem.cell.robot import RobotModel
from tandem.cell.scene import Scene, SceneObject
from tandem.motion.ompl_planner import OmplPlanner
from tandem.motion.protocol import Planner


def _moveit() -> Planner:
    pytest.importorskip("moveit", reason="MoveIt's Python (moveit_py) is not installed")
    from tandem.nodes.moveit.planner import MoveItPlanner

    return MoveItPlanner()


PLANNERS: dict[str, Callable[[], Planner]] = {"ompl": OmplPlanner, "moveit": _moveit}
"""Every implementation must keep the contract; one that isn't installed on a machine leaves itself out."""


@pytest.fixture(scope="session")
def robot() -> RobotModel:
    return RobotModel()


@pytest.fixture(scope="session", params=PLANNERS)
def planner(request: pytest.FixtureRequest) -> Iterator[Planner]:
    made = PLANNERS[request.param]()
    yield made
    made.close()


def resting(name: str, category: str, x: float, y: float, yaw: float = 0.0) -> SceneObject:
    """An object of the cell's own that stands on the table."""
    size = default_size(category)
    pose = Pose.from_xyz_rpy((x, y, size[2] / 2), (0.0, 0.0, yaw))
    return SceneObject(name, category, name.split("_", maxsplit=1)[0], pose, size, on="table")


@pytest.fixture(scope="session")
def scene() -> Scene:
    items = (
        resting("red_cube", "cube", 0.40, 0.10),
        resting("green_cube", "cube", 0.50, -0.10),
        resting("blue_bin", "bin", 0.50, 0.22),
        resting("green_bin", "bin", 0.45, -0.27, yaw=0.3),
    )
    return Scene(0.0, items)
