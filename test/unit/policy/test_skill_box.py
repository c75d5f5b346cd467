"""The skills for the BusyBox, in a world without physics in which its parts give way and push back."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from pushed_box import BoxWorld

from tandem.cell import names
from tandem.cell.busybox.layout import canonical, fully_shuffled
from tandem.cell.busybox.state import BoxState, knob_angle, slider_x
from tandem.cell.chunk import ActionChunk
from tandem.cell.contacts import expand
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.motion.ompl_planner import OmplPlanner
from tandem.policy.protocol import PolicyOutput
from tandem.policy.skills.box.hands import frame_of
from tandem.policy.skills.policy import SkillsPolicy
from tandem.policy.skills.situation import Situation

PERIOD = 0.4


@dataclass
class Ride:
    """A policy at a box; `meanwhile` is called before each of its decisions."""

    policy: SkillsPolicy
    world: BoxWorld
    meanwhile: Callable[[float], None] = lambda time: None
    chunks: list[ActionChunk] = field(default_factory=list)

    def step(self, step: Step, limit_s: float = 30.0) -> PolicyOutput:
        self.policy.begin(step, step.verb, self.world.observation())
        began = self.world.time
        while self.world.time - began < limit_s:
            self.meanwhile(self.world.time - began)
            output = self.policy.infer(self.world.observation())
            if output.chunk is not None:
                self.chunks.append(output.chunk)
                self.world.take(output.chunk)
            if output.status != "running":
                return output
            self.world.advance(PERIOD)
        raise AssertionError(f"{step.verb} isn't over after {limit_s} s: {output.reason}")

    @property
    def named(self) -> set[str]:
        """Everything of the box that hands were allowed to touch."""
        pairs = {pair for chunk in self.chunks for pair in expand(chunk.allowed_contacts)}
        return {name for pair in pairs for name in pair if name.startswith("box")}


@pytest.fixture
def ride(robot: RobotModel, planner: OmplPlanner) -> Callable[..., Ride]:
    def make(seed: int | None = None, state: BoxState | None = None) -> Ride:
        layout = canonical() if seed is None else fully_shuffled(np.random.default_rng(seed))
        return Ride(SkillsPolicy(planner, robot), BoxWorld(robot, layout, state))

    return make


def is_home(world: BoxWorld) -> bool:
    arms = [column for side in names.SIDES for column in range(names.DOF)[names.ARM_COLUMNS[side]]]
    return bool(np.abs((world.positions - home_positions())[arms]).max() < 0.05)


@pytest.mark.parametrize(("seed", "side", "colour"), [(None, "left", "blue"), (4, "right", "yellow")])
def test_a_button_is_pressed_to_its_stop_and_nothing_else_is_touched(
    ride: Callable[..., Ride], seed: int | None, side: names.Side, colour: str
) -> None:
    run = ride(seed)
    name = f"box/buttons/{colour}"
    output = run.step(Step("press", side, name))
    assert output.status == "done", output.reason
    assert 0.003 <= run.world.pressed.pop(name) < 0.006
    assert set(run.world.pressed.values()) == {0.0}
    assert run.named == {name}
    assert run.world.pushed[side] < 20.0
    assert is_home(run.world)


def test_a_button_that_is_not_felt_is_not_said_to_be_pressed(ride: Callable[..., Ride]) -> None:
    run = ride()
    run.world.numb = True
    output = run.step(Step("press", "left", "box/buttons/red"))
    assert output.status == "failed"
    assert "wasn't felt" in output.reason
    assert is_home(run.world)


def test_a_hand_starts_over_when_the_box_is_shoved_while_it_is_under_way(ride: Callable[..., Ride]) -> None:
    run = ride()
    shoves = [0.03]

    def shove(time: float) -> None:
        if shoves and time > 1.2:
            run.world.shove(shoves.pop(), -0.04)

    run.meanwhile = shove
    output = run.step(Step("press", "left", "box/buttons/red"))
    assert output.status == "done", output.reason
    assert run.world.pressed["box/buttons/red"] >= 0.003


@pytest.mark.parametrize(("seed", "side", "number"), [(None, "left", 5), (2, "left", 3)])
def test_a_slider_is_taken_along_to_its_number(
    ride: Callable[..., Ride], seed: int | None, side: names.Side, number: int
) -> None:
    run = ride(seed, BoxState(sliders=(2, 1)))
    name = "box/sliders/top"
    output = run.step(Step("slide", side, name, setting=str(number)))
    assert output.status == "done", output.reason
    frame = frame_of(Situation(run.world.robot, None, run.world.observation(), run.world.positions), "sliders")  # type: ignore[arg-type]
    along = (frame.inverse @ Pose(run.world.objects[name].pose.position)).position
    np.testing.assert_allclose(along[:2], (slider_x(number), 0.028), atol=0.001)
    assert run.named == {name}
    assert is_home(run.world)


def test_a_slider_that_stands_there_is_left_alone(ride: Callable[..., Ride]) -> None:
    run = ride(state=BoxState(sliders=(4, 1)))
    assert run.step(Step("slide", "left", "box/sliders/top", setting="4")).status == "done"
    assert run.world.time == 0.0
    np.testing.assert_array_equal(run.world.positions, home_positions())


@pytest.mark.parametrize(("number", "seed"), [(2, None), (4, 1), (6, 3)])
def test_the_knob_is_turned_the_shorter_way_while_the_other_hand_braces(
    ride: Callable[..., Ride], number: int, seed: int | None
) -> None:
    run = ride(seed, BoxState(knob=1))
    name = "box/knob/knob"
    before = run.world.objects[name]
    side: names.Side = "left" if before.pose.position[1] > 0 else "right"
    output = run.step(Step("turn", side, name, setting=str(number)))
    assert output.status == "done", output.reason
    turned = (run.world.objects[name].pose.yaw - before.pose.yaw - knob_angle(number) + np.pi) % (2 * np.pi) - np.pi
    assert abs(turned) < 0.03
    np.testing.assert_allclose(run.world.objects[name].pose.position, before.pose.position, atol=0.002)
    assert len(run.named) == 2
    assert 4.0 < run.world.pushed[names.other_side(side)] < 40.0
    assert is_home(run.world)


@pytest.mark.parametrize(("on", "side", "seed"), [(True, "left", None), (False, "right", None), (True, "right", 5)])
def test_a_switch_is_flipped_while_the_other_hand_braces(
    ride: Callable[..., Ride], on: bool, side: names.Side, seed: int | None
) -> None:
    run = ride(seed, BoxState(switches=(not on, on)))
    output = run.step(Step("flip", side, "box/switches/top", setting="on" if on else "off"))
    assert output.status == "done", output.reason
    assert run.world.objects["box/switches/top"].state == ("on" if on else "off")
    assert run.world.objects["box/switches/bottom"].state == ("on" if on else "off")
    assert 4.0 < run.world.pushed[names.other_side(side)] < 40.0
    assert is_home(run.world)


@pytest.mark.parametrize(
    ("verb", "way", "moved"),
    [("move", "away", (0.06, 0.0)), ("move", "left", (0.0, 0.06)), ("rotate", "clockwise", None)],
)
def test_hands_in_the_handles_move_and_turn_the_box(
    ride: Callable[..., Ride], verb: str, way: str, moved: tuple[float, float] | None
) -> None:
    run = ride()
    low: dict[str, list[Pose]] = {side: [] for side in names.SIDES}

    def note(time: float) -> None:
        for side in names.SIDES:
            tcp = run.world.robot.tcp_pose(run.world.positions, side)
            if tcp.position[2] < 0.08:
                low[side].append(tcp)

    run.meanwhile = note
    output = run.step(Step(verb, "both", "box", relation=way))  # type: ignore[arg-type]
    assert output.status == "done", output.reason
    first, last = low["left"][0], low["left"][-1]
    if moved is not None:
        np.testing.assert_allclose(np.subtract(last.position, first.position)[:2], moved, atol=0.006)
    else:
        turn = np.arctan2(*np.flip(np.subtract(low["right"][-1].position, last.position)[:2])) - np.arctan2(
            *np.flip(np.subtract(low["right"][0].position, first.position)[:2])
        )
        assert (turn + np.pi) % (2 * np.pi) - np.pi == pytest.approx(np.radians(-18.0), abs=0.03)
    assert is_home(run.world)


def test_a_camera_looks_down_on_the_box(ride: Callable[..., Ride]) -> None:
    run = ride()
    assert run.step(Step("view", "right", "box")).status == "done"
    camera = run.world.robot.frame_pose(run.world.positions, names.optical_frame("right_wrist_camera"))
    np.testing.assert_allclose(camera.rotation[:, 2], (0.0, 0.0, -1.0), atol=0.02)
    np.testing.assert_allclose(camera.position[:2], run.world.objects["box"].pose.position[:2], atol=0.01)
    assert camera.position[2] > 0.3


@pytest.mark.parametrize(("way", "moved"), [("left", (0.0, 0.1)), ("right", (0.0, -0.1)), ("away", (0.1, 0.0))])
def test_a_hand_moves_a_little_way(ride: Callable[..., Ride], way: str, moved: tuple[float, float]) -> None:
    run = ride()
    before = run.world.robot.tcp_pose(run.world.positions, "left")
    assert run.step(Step("move_hand", "left", relation=way)).status == "done"
    after = run.world.robot.tcp_pose(run.world.positions, "left")
    np.testing.assert_allclose(np.subtract(after.position, before.position), (*moved, 0.0), atol=0.003)
