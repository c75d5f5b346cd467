"""One robot model and planner for all policy tests, which take a moment to build; and the planned skills in a kinematic world."""

import pytest
from kinematic_world import KinematicWorld
from skill_ride import Ride, RideMaker

from tandem.cell.collision import CollisionModel
from tandem.cell.robot import RobotModel
from tandem.motion.ompl_planner import OmplPlanner
from tandem.policy.skills.policy import SkillsPolicy


@pytest.fixture(scope="session")
def robot() -> RobotModel:
    return RobotModel()


@pytest.fixture(scope="session")
def collision(robot: RobotModel) -> CollisionModel:
    return CollisionModel(robot)


@pytest.fixture(scope="session")
def planner(robot: RobotModel) -> OmplPlanner:
    return OmplPlanner(robot)


@pytest.fixture
def ride(robot: RobotModel, planner: OmplPlanner) -> RideMaker:
    return lambda *objects: Ride(SkillsPolicy(planner, robot), KinematicWorld(robot, list(objects)))
