"""One robot model and planner for all policy tests, which take a moment to build; and the planned skills in a kinematic world."""

from collections.abc import Callable

import pytest
from chunk_cells import REACH, RED, Cell
from chunk_models import ReachModel
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


@pytest.fixture
def cell(robot: RobotModel) -> Callable[..., Cell]:
    """Makes cells in which a policy runs a model."""

    def make(model: ReachModel | None = None, **options: object) -> Cell:
        return Cell(model or ReachModel(REACH), KinematicWorld(robot, [RED]), **options)  # type: ignore[arg-type]

    return make
