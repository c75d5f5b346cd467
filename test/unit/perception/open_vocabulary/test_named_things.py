"""Named things among those that are followed: the whole estimator with a detector that tells what it is told to."""

import itertools
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from box_world import BLUE, GREEN, RED, TABLE, Block, World, cube, open_bin
from hand_script import OPEN, joints, top_down
from masked_worlds import AWAY, DRIVER, SETTINGS, YELLOW, Outlines, Tells, as_seen, box_around, mask_of, screwdriver

from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene
from tandem.perception.estimator import SceneEstimator
from tandem.perception.open_vocabulary.choice import FinderSettings, make_finder
from tandem.perception.open_vocabulary.finder import Finder, Finding
from tandem.perception.open_vocabulary.lifting import lift
from tandem.perception.open_vocabulary.models import Box, Rgb
from tandem.perception.open_vocabulary.naming import name_things
from tandem.perception.track import see, start

STILL = np.zeros(14)
HERE = screwdriver(0.45, 0.10, 0.4)
BOOK = Block((0.40, 0.05, 0.015), (0.14, 0.10, 0.03), 0.3, BLUE)
PHRASES = ["screwdriver", "book", "coffee mug", "marker"]


class Watcher:
    """Shows worlds to an estimator whose detector finds what it is told to, in every image."""

    def __init__(self, period: float = 0.0) -> None:
        self.detector, self.segmenter = Tells(), Outlines()
        self.finder = Finder(self.detector, self.segmenter, PHRASES, period)
        self.estimator = SceneEstimator(finder=self.finder)
        self.clock = itertools.count(1)

    def see(self, world: Sequence[Block], *finds: tuple[str, float, Sequence[Block]], times: int = 1) -> Scene:
        """Look at a world, of which some blocks are found: phrase, score, blocks."""
        whole = World(list(world))
        self.segmenter.masks = tuple(mask_of(blocks, whole) for _, _, blocks in finds)
        masks = zip(finds, self.segmenter.masks, strict=True)
        self.detector.boxes = [box_around(mask, phrase, score) for (phrase, score, _), mask in masks]
        for _ in range(times):
            stamp = 0.1 * next(self.clock)
            self.estimator.update([whole.image(stamp)], home_positions(), STILL, stamp)
        return self.estimator.scene


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


def names(scene: Scene) -> list[str]:
    return [item.name for item in scene]


def test_what_is_named_is_in_the_scene_and_its_faces_are_not(watcher: Watcher) -> None:
    scene = watcher.see([*HERE, AWAY], ("screwdriver", 0.6, HERE), times=3)
    assert names(scene) == ["red_cube", "yellow_screwdriver"]
    item = scene["yellow_screwdriver"]
    assert item.category == "screwdriver"
    assert item.pose.position == pytest.approx((0.45, 0.10, 0.014), abs=0.003)
    assert item.size == pytest.approx(DRIVER, abs=0.005)
    assert np.sin(item.pose.yaw - 0.4) == pytest.approx(0.0, abs=0.03)
    assert item.on == "table"
    assert item.visible


def test_a_box_gets_the_name_that_is_found_for_it(watcher: Watcher) -> None:
    assert names(watcher.see([BOOK, AWAY], times=3)) == ["blue_box", "red_cube"]
    assert names(watcher.see([BOOK, AWAY], ("book", 0.5, [BOOK]))) == ["blue_book", "red_cube"]


def test_without_a_detector_it_is_a_box_as_ever() -> None:
    estimator = SceneEstimator()
    scene = Scene()
    for stamp in (0.1, 0.2, 0.3):
        scene = estimator.update([World([BOOK, AWAY]).image(stamp)], home_positions(), STILL, stamp)
    assert names(scene) == ["blue_box", "red_cube"]


def test_what_is_told_by_its_shape_stays_what_it_is(watcher: Watcher) -> None:
    """A cube called a mug, a bin called a book, and a cube with its bin called a screwdriver."""
    block, container = cube(0.35, -0.05, 0.2, GREEN), open_bin(0.45, 0.25, 0.1, BLUE)
    finds = [("coffee mug", 0.9, [block]), ("book", 0.9, container), ("screwdriver", 0.8, [block, *container])]
    assert names(watcher.see([block, *container, AWAY], *finds, times=4)) == ["blue_bin", "green_cube", "red_cube"]


def test_in_a_bin_and_on_a_book(watcher: Watcher) -> None:
    """What lies in or on something known is a thing of its own."""
    inside = Block((0.45, 0.25, 0.016), (0.09, 0.02, 0.02), 0.3, RED)
    above = cube(0.40, 0.02, 0.3, GREEN, bottom=0.03)
    world = [*open_bin(0.45, 0.25, 0.1, BLUE), inside, BOOK, above]
    scene = watcher.see(world, ("marker", 0.6, [inside]), ("book", 0.5, [BOOK]), times=3)
    assert names(scene) == ["blue_bin", "blue_book", "green_cube", "red_marker"]
    assert scene["red_marker"].inside == "blue_bin"
    assert scene["green_cube"].on == "blue_book"


def test_between_looks_it_stays_where_it_is(watcher: Watcher) -> None:
    watcher.see([*HERE, AWAY], ("screwdriver", 0.6, HERE))
    scene = watcher.see([*HERE, AWAY], times=12)
    assert names(scene) == ["red_cube", "yellow_screwdriver"]
    assert scene["yellow_screwdriver"].visible
    assert scene["yellow_screwdriver"].confidence >= 0.6


def test_it_is_gone_when_its_place_is_seen_empty(watcher: Watcher) -> None:
    watcher.see([*HERE, AWAY], ("screwdriver", 0.6, HERE))
    assert names(watcher.see([AWAY], times=6)) == ["red_cube"]


def test_something_low_of_the_tables_colour_is_gone_as_well(watcher: Watcher) -> None:
    low = Block((0.45, 0.10, 0.006), (0.10, 0.06, 0.012), 0.4, TABLE)
    assert "white_book" in watcher.see([low, AWAY], ("book", 0.6, [low]))
    assert "white_book" in watcher.see([low, AWAY], times=5)
    assert names(watcher.see([AWAY], times=6)) == ["red_cube"]


def test_it_is_remembered_while_something_hides_it(watcher: Watcher) -> None:
    watcher.see([*HERE, AWAY], ("screwdriver", 0.6, HERE))
    plate = Block((0.44, 0.09, 0.80), (0.20, 0.20, 0.01), 0.0, (110, 112, 118))
    scene = watcher.see([*HERE, AWAY, plate], times=6)
    assert not scene["yellow_screwdriver"].visible


def test_moved_it_keeps_its_name_when_it_is_found_again(watcher: Watcher) -> None:
    watcher.see([*HERE, AWAY], ("screwdriver", 0.6, HERE))
    there = screwdriver(0.35, -0.15, -0.6)
    scene = watcher.see([*there, AWAY], ("screwdriver", 0.4, there), times=2)
    assert names(scene) == ["red_cube", "yellow_screwdriver"]
    assert scene["yellow_screwdriver"].pose.position[:2] == pytest.approx((0.35, -0.15), abs=0.003)


def test_of_one_colour_it_is_followed_between_looks(watcher: Watcher) -> None:
    """Pushed step by step, while nobody says what it is."""
    bar = Block((0.45, 0.10, 0.01), (0.10, 0.03, 0.02), 0.4, YELLOW)
    watcher.see([bar, AWAY], ("marker", 0.6, [bar]))
    for step in range(1, 9):
        moved = Block((0.45 - 0.01 * step, 0.10, 0.01), bar.size, 0.4, YELLOW)
        scene = watcher.see([moved, AWAY], times=2)
    assert names(scene) == ["red_cube", "yellow_marker"]
    assert scene["yellow_marker"].pose.position[:2] == pytest.approx((0.37, 0.10), abs=0.004)


def test_two_of_a_kind_have_names_of_their_own(watcher: Watcher) -> None:
    other = screwdriver(0.35, -0.15, -0.6)
    finds = [("screwdriver", 0.6, HERE), ("screwdriver", 0.5, other)]
    scene = watcher.see([*HERE, *other, AWAY], *finds, times=3)
    assert names(scene) == ["red_cube", "yellow_screwdriver", "yellow_screwdriver_2"]


def test_the_surer_name_is_kept(watcher: Watcher) -> None:
    """A detector that wavers doesn't change names to and fro."""
    world = [*HERE, AWAY]
    watcher.see(world, ("marker", 0.4, HERE))
    assert "yellow_screwdriver" in watcher.see(world, ("screwdriver", 0.7, HERE))
    for score in (0.5, 0.72):
        scene = watcher.see(world, ("marker", score, HERE))
        assert names(scene) == ["red_cube", "yellow_screwdriver"]


def test_a_name_does_not_come_to_what_a_hand_holds(watcher: Watcher) -> None:
    block = Block((0.40, 0.10, 0.03), (0.09, 0.04, 0.06), 0.0, BLUE)
    watcher.see([block, AWAY], times=3)
    hand = joints({"left": top_down(0.40, 0.10, 0.03, np.pi / 2)}, {"left": 0.020})
    watcher.estimator.update([], joints({"left": top_down(0.40, 0.10, 0.03, np.pi / 2)}, {"left": OPEN}), STILL, 1.0)
    scene = watcher.estimator.update([], hand, STILL, 1.1)
    assert scene["blue_box"].held_by == "left"
    whole = World([block, AWAY])
    watcher.segmenter.masks = (mask_of([block], whole),)
    watcher.detector.boxes = [box_around(watcher.segmenter.masks[0], "book", 0.9)]
    scene = watcher.estimator.update([whole.image(1.2)], hand, STILL, 1.2)
    assert "blue_box" in scene
    assert "blue_book" not in scene


def test_what_is_told_by_its_shape_later_takes_the_place_of_what_was_named() -> None:
    block = cube(0.35, -0.05, 0.2, GREEN)
    image = as_seen(World([block, AWAY]).image())
    mistaken = lift(mask_of([block], World([block, AWAY])), "coffee_mug", 0.9, replace(image, detections=[]), SETTINGS)
    assert mistaken is not None
    (known,) = (found for found in image.detections if found.colour == "green")
    tracks = [start(mistaken, "green_coffee_mug", 0.0, SETTINGS), start(known, "green_cube", 0.1, SETTINGS)]
    assert [track.name for track in name_things(tracks, Finding(0.1), image, SETTINGS)] == ["green_cube"]


@pytest.mark.parametrize("yaw", [0.3, 1.0, -1.3])
def test_its_relief_turns_with_it(yaw: float) -> None:
    """A square thing, high along one side: its heading is told up to a quarter turn, its points lie where they were seen."""
    place = Pose.from_xyz_rpy((0.45, 0.05, 0.0), (0.0, 0.0, yaw))
    blocks = [
        Block((place @ Pose((0.0, 0.0, 0.01))).position, (0.09, 0.09, 0.02), yaw, BLUE),
        Block((place @ Pose((0.03, 0.0, 0.03))).position, (0.03, 0.09, 0.06), yaw, BLUE),
    ]
    world = World(blocks)
    found = lift(mask_of(blocks, world), "stapler", 0.6, as_seen(world.image()), SETTINGS)
    assert found is not None
    assert found.relief is not None
    once = start(found, "blue_stapler", 0.0, SETTINGS)
    turned = replace(
        found, rectangle=replace(found.rectangle, yaw=found.rectangle.yaw + np.pi), relief=found.relief.turned(np.pi)
    )
    for track in (once, see(once, turned, 0.1, SETTINGS)):
        assert track.relief is not None
        points = track.relief.points @ track.pose.rotation.T + np.asarray(track.pose.position)
        along = (points - np.asarray(place.position)) @ place.rotation[:, 0]
        high = points[:, 2] > 0.05
        assert 8 < high.sum() < len(high) - 8
        assert np.abs(along[high] - 0.03).max() < 0.022
        assert along[points[:, 2] < 0.03].max() < 0.02


# At its own pace


class Slow:
    """A detector that answers when it is let."""

    def __init__(self, box: Box) -> None:
        self.box, self.go, self.begun = box, threading.Event(), threading.Event()
        self.error = ""

    def detect(self, rgb: Rgb, phrases: Sequence[str]) -> list[Box]:
        self.begun.set()
        assert self.go.wait(20.0)
        self.go.clear()
        self.begun.clear()
        if self.error:
            raise RuntimeError(self.error)
        return [self.box]


class Patient:
    """An estimator beside a detector that runs in a thread."""

    def __init__(self) -> None:
        self.detector = Slow(box_around(mask_of(HERE, World([*HERE, AWAY]))))
        self.finder = Finder(self.detector, None, PHRASES, background=True)
        self.estimator = SceneEstimator(finder=self.finder)
        self.stamp = 0.0

    def see(self, world: Sequence[Block], times: int = 1) -> Scene:
        for _ in range(times):
            self.stamp += 0.1
            self.estimator.update([World(list(world)).image(self.stamp)], home_positions(), STILL, self.stamp)
        return self.estimator.scene

    def answer(self) -> None:
        assert self.detector.begun.wait(20.0)
        work = self.finder._work
        assert work is not None
        self.detector.go.set()
        work.join(20.0)


@pytest.fixture
def patient() -> Patient:
    return Patient()


def test_perception_goes_on_while_the_detector_thinks(patient: Patient) -> None:
    before = patient.see([*HERE, AWAY], times=5)
    assert "yellow_screwdriver" not in before
    assert "red_cube" in before
    patient.answer()
    scene = patient.see([*HERE, AWAY])
    assert names(scene) == ["red_cube", "yellow_screwdriver"]
    assert patient.finder.newest is not None
    assert patient.finder.newest.stamp == pytest.approx(0.1)


def test_what_has_moved_meanwhile_is_not_where_it_was_found(patient: Patient) -> None:
    patient.see([*HERE, AWAY], times=2)
    patient.answer()
    assert "yellow_screwdriver" not in patient.see([*screwdriver(0.35, -0.2, 0.0), AWAY])


def test_what_was_found_before_a_reset_is_forgotten(patient: Patient) -> None:
    patient.see([*HERE, AWAY], times=2)
    patient.estimator.reset()
    patient.answer()
    assert "yellow_screwdriver" not in patient.see([*HERE, AWAY])
    patient.see([*HERE, AWAY])  # it is asked anew
    patient.answer()
    assert "yellow_screwdriver" in patient.see([*HERE, AWAY])


def test_a_detector_that_fails_is_told_and_given_a_rest(patient: Patient) -> None:
    patient.detector.error = "out of memory"
    patient.see([*HERE, AWAY], times=2)
    patient.answer()
    scene = patient.see([*HERE, AWAY], times=3)
    assert "red_cube" in scene
    assert patient.finder.newest is not None
    assert patient.finder.newest.error == "out of memory"
    assert not patient.detector.begun.is_set()
    patient.detector.error = ""
    patient.stamp += 5.0
    patient.see([*HERE, AWAY])
    patient.answer()
    assert "yellow_screwdriver" in patient.see([*HERE, AWAY])
    assert patient.finder.newest.error == ""


def test_it_is_asked_no_more_often_than_it_is_to_be() -> None:
    watcher = Watcher(period=1.0)
    watcher.see([AWAY], times=12)
    assert watcher.detector.asked == 2


@pytest.mark.parametrize("detector", ["owl", "dino"])
def test_with_models_of_transformers(detector: str, sam: Path, request: pytest.FixtureRequest) -> None:
    """Random weights find anything or nothing; the cell's own things stay what they are."""
    folder = str(request.getfixturevalue(detector))
    finder = make_finder(FinderSettings(folder, str(sam), PHRASES, threshold=0.0, period=0.0, device="cpu"), background=False)
    assert finder is not None
    estimator = SceneEstimator(finder=finder)
    scene = Scene()
    for stamp in (0.1, 0.2):
        scene = estimator.update([World([*HERE, AWAY]).image(stamp)], home_positions(), STILL, stamp)
    assert finder.newest is not None
    assert finder.newest.error == ""
    assert finder.newest.stamp == pytest.approx(0.2)
    assert scene["red_cube"].category == "cube"
