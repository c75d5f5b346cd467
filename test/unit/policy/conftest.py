"""One robot model and planner for all policy tests: they take a moment to build."""

import pytest

from tandem.cell.collision import CollisionModel
from tandem.cell.robot import RobotModel
from tandem.motion.ompl_planner import OmplPlanner


@pytest.fixture(scope="session")
def robot() -> RobotModel:
    return RobotModel()


@pytest.fixture(scope="session")
def collision(robot: RobotModel) -> CollisionModel:
    return CollisionModel(robot)


@pytest.fixture(scope="session")
def planner(robot: RobotModel) -> OmplPlanner:
    return OmplPlanner(robot)
