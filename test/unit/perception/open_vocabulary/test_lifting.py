"""Masks to things on the table."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from box_world import BLUE, RED, Block, World, cube, open_bin
from masked_worlds import AWAY, DRIVER, SETTINGS, as_seen, box_around, mask_of, screwdriver

from tandem.cell.observation import CameraFrame
from tandem.cell.pose import Pose
from tandem.learning.perception_bench import true_poses
from tandem.perception.open_vocabulary.lifting import box_mask, lift
from tandem.perception.rectangle import nearest_turn
from tandem.perception.shapes import Detection
from tandem.perception.view import Mask, look
from tandem.sim.cell_sim import CellSim
from tandem.sim.scenes import scene_for

PLACES = [(0.45, 0.10, 0.4), (0.30, -0.35, 1.2), (0.65, 0.30, -0.7), (0.40, 0.0, 0.0)]


def check(found: Detection | None, x: float, y: float, yaw: float, size: tuple[float, float, float] = DRIVER) -> None:
    assert found is not None
    assert (found.rectangle.x, found.rectangle.y) == pytest.approx((x, y), abs=0.003)
    assert (found.rectangle.length, found.rectangle.width) == pytest.approx(size[:2], abs=0.005)
    assert (found.height, found.deck) == pytest.approx((size[2], size[2]), abs=0.003)
    assert nearest_turn(found.rectangle.yaw - yaw, 0.0, np.pi) == pytest.approx(0.0, abs=np.deg2rad(2))


@pytest.mark.parametrize(("x", "y", "yaw"), PLACES)
@pytest.mark.parametrize("noise", [0.0, 0.0015])
def test_footprint_height_and_colour(x: float, y: float, yaw: float, noise: float) -> None:
    blocks = screwdriver(x, y, yaw)
    world = World([*blocks, AWAY], depth_noise=noise, seed=4)
    found = lift(mask_of(blocks, world), "screwdriver", 0.6, as_seen(world.image()), SETTINGS)
    check(found, x, y, yaw)
    assert found is not None
    assert (found.category, found.colour, found.score) == ("screwdriver", "yellow", 0.6)
    assert found.bottom == pytest.approx(0.0, abs=1e-6)


def test_without_a_mask_what_stands_out_of_the_table_in_the_box_is_the_thing() -> None:
    blocks = screwdriver(0.45, 0.10, 0.4)
    beside = Block((0.39, 0.145, 0.01), (0.05, 0.03, 0.02), 0.3, RED)
    world = World([*blocks, beside], depth_noise=0.001)
    mask = mask_of(blocks, world)
    box = box_around(mask, margin=12.0)
    assert (box_mask(box, mask.shape) & mask_of([beside], world)).sum() > 100  # it reaches into the box
    check(lift(box_mask(box, mask.shape), "screwdriver", 0.6, as_seen(world.image()), SETTINGS, exact=False), 0.45, 0.10, 0.4)


def smeared(frame: CameraFrame, seed: int = 5) -> CameraFrame:
    """With a seam of points in mid-air where the depth jumps, as cameras give it."""
    rng, depth = np.random.default_rng(seed), frame.depth.copy()
    for axis in (0, 1):
        step = np.abs(np.diff(frame.depth, axis=axis)) > 0.005
        here = np.nonzero(step)
        there = (here[0] + (axis == 0), here[1] + (axis == 1))
        share = rng.uniform(0.1, 0.9, len(here[0])).astype(np.float32)
        depth[here] = share * frame.depth[here] + (1 - share) * frame.depth[there]
    return replace(frame, depth=depth)


def test_points_in_mid_air_are_no_part_of_it() -> None:
    """A mask that reaches over the border, on a high thing far from the middle of the image, where they lie far outside of it."""
    block = Block((0.32, 0.38, 0.05), (0.10, 0.06, 0.10), 0.5, BLUE)
    world = World([block, AWAY])
    mask = mask_of([block], world)
    wide = mask | np.roll(mask, 2, 0) | np.roll(mask, -2, 0) | np.roll(mask, 2, 1) | np.roll(mask, -2, 1)
    check(lift(wide, "book", 0.6, as_seen(smeared(world.image())), SETTINGS), 0.32, 0.38, 0.5, (0.10, 0.06, 0.10))


def test_holes_in_the_depth_leave_the_pieces_together() -> None:
    blocks = screwdriver(0.45, 0.10, 0.4)
    world = World([*blocks, AWAY])
    mask, frame = mask_of(blocks, world), world.image()
    rows, columns = np.nonzero(mask_of(blocks[1:], world))
    depth = frame.depth.copy()
    hole = (np.hypot(rows - rows.mean(), columns - columns.mean())) < 8
    depth[rows[hole], columns[hole]] = 0.0
    depth[::7, ::5] = np.nan
    check(lift(mask, "screwdriver", 0.6, as_seen(replace(frame, depth=depth)), SETTINGS), 0.45, 0.10, 0.4)


def test_the_robots_pixels_are_not_the_things() -> None:
    """A hand in front of the handle: less is seen, and nothing of the hand is taken for the thing."""
    blocks = screwdriver(0.45, 0.10, 0.0)
    hand = Block((0.39, 0.10, 0.10), (0.05, 0.10, 0.02), 0.0, (40, 40, 40))
    world = World([*blocks, hand, AWAY])
    robot = mask_of([hand], world)
    found = lift(mask_of(blocks, world) | robot, "screwdriver", 0.6, as_seen(world.image(), robot), SETTINGS)
    assert found is not None
    assert found.top < 0.030
    assert 0.10 < found.rectangle.length < 0.205


@pytest.mark.parametrize("reason", ["nothing stands out", "hardly anything is seen", "beyond the workspace", "too large"])
def test_what_is_no_thing_on_the_table_is_none(reason: str) -> None:
    blocks = screwdriver(0.45, 0.10, 0.4)
    world = World([*blocks, AWAY])
    mask = mask_of(blocks, world)
    if reason == "nothing stands out":
        mask = np.roll(mask, 60, axis=0)
    elif reason == "hardly anything is seen":
        mask &= np.cumsum(mask).reshape(mask.shape) < 30
    elif reason == "beyond the workspace":
        far = Block((0.10, 0.0, 0.02), (0.1, 0.1, 0.04), 0.0, BLUE)
        world = World([far])
        mask = mask_of([far], world)
    else:
        board = Block((0.48, 0.0, 0.02), (0.2, 0.6, 0.04), 0.0, BLUE)
        world = World([board])
        mask = mask_of([board], world)
    assert lift(mask, "screwdriver", 0.6, as_seen(world.image()), SETTINGS) is None


def test_in_a_bin_it_lies_on_the_floor_of_the_bin() -> None:
    pen = Block((0.45, 0.30, 0.006 + 0.01), (0.09, 0.02, 0.02), 0.3, RED)
    world = World([*open_bin(0.45, 0.30, 0.1, BLUE), pen])
    image = as_seen(world.image())
    assert "bin" in {item.category for item in image.detections}
    found = lift(mask_of([pen], world), "pen", 0.6, image, SETTINGS)
    check(found, 0.45, 0.30, 0.3, (0.09, 0.02, 0.02))
    assert found is not None
    assert found.bottom == pytest.approx(0.006, abs=0.002)


def test_the_cell_s_own_solids_are_cut_out_of_a_mask() -> None:
    """A mask over a cube and what stands beside it is of the latter."""
    blocks, beside = screwdriver(0.45, 0.10, 0.0), cube(0.45, 0.14, 0.0, RED)
    world = World([*blocks, beside, AWAY])
    both = mask_of([*blocks, beside], world)
    check(lift(both, "screwdriver", 0.6, as_seen(world.image()), SETTINGS), 0.45, 0.10, 0.0)


def test_its_relief_is_made_of_its_own_points() -> None:
    blocks = screwdriver(0.45, 0.10, 0.4)
    world = World([*blocks, AWAY])
    found = lift(mask_of(blocks, world), "screwdriver", 0.6, as_seen(world.image()), SETTINGS)
    assert found is not None
    assert found.relief is not None
    assert not found.relief.is_of_one_colour
    assert np.all(np.abs(found.relief.points) <= np.array(DRIVER) / 2 + 0.002)
    on_the_shaft = found.relief.points[:, 0] > 0.01
    assert 5 < on_the_shaft.sum() < len(on_the_shaft) - 5
    assert found.relief.points[on_the_shaft, 2].max() < 0.008 < found.relief.points[~on_the_shaft, 2].max()


# On images of the simulated cell


@pytest.fixture(scope="module")
def sim() -> Iterator[CellSim]:
    cell = CellSim(scene_for("tabletop", 11))
    cell.step(50)
    yield cell
    cell.close()


def true_mask(frame: CameraFrame, pose: Pose, size: tuple[float, float, float]) -> Mask:
    """Pixels whose points lie in a box, a little larger than it is, but for its lowest millimetre."""
    view = look(frame)
    local = (view.points.reshape(3, -1).T - np.asarray(pose.position)) @ pose.rotation
    inside = np.all(np.abs(local) < np.asarray(size) / 2 + 0.003, axis=1) & (local[:, 2] > 0.001 - size[2] / 2)
    return inside.reshape(view.valid.shape) & view.valid


def test_things_of_the_simulated_cell_are_where_they_are(sim: CellSim) -> None:
    frame = sim.render("overhead_camera")
    image = as_seen(frame, detections=[])
    poses = true_poses(sim)
    solids = [item for item in sim.scene.objects if item.category in ("cube", "bin")]
    assert len(solids) >= 4
    for item in solids:
        pose = poses[item.name]
        found = lift(true_mask(frame, pose, item.size), "thing", 0.6, image, SETTINGS)
        assert found is not None, item.name
        assert (found.rectangle.x, found.rectangle.y) == pytest.approx(pose.position[:2], abs=0.003), item.name
        assert (found.rectangle.length, found.rectangle.width) == pytest.approx(item.size[:2], abs=0.005), item.name
        assert found.top == pytest.approx(pose.position[2] + item.size[2] / 2, abs=0.003), item.name
        assert found.colour == item.colour
        turn = nearest_turn(found.rectangle.yaw - pose.yaw, 0.0, np.pi / 2)
        assert turn == pytest.approx(0.0, abs=np.deg2rad(3)), item.name
