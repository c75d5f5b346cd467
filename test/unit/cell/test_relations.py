"""Relations mean what a person would say, and the places that are chosen make them hold."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cell import footprint, places, relations
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject


def cube(colour: str, x: float, y: float, z: float = 0.02, yaw: float = 0.0, **more: str) -> SceneObject:
    pose = Pose.from_xyz_rpy((x, y, z), (0.0, 0.0, yaw))
    return SceneObject(f"{colour}_cube", "cube", colour, pose, (0.04, 0.04, 0.04), on="table", **more)


def a_bin(colour: str, x: float, y: float, yaw: float = 0.0) -> SceneObject:
    pose = Pose.from_xyz_rpy((x, y, 0.03), (0.0, 0.0, yaw))
    return SceneObject(f"{colour}_bin", "bin", colour, pose, (0.16, 0.16, 0.06), on="table")


def scene(*objects: SceneObject) -> Scene:
    return Scene(0.0, objects)


@pytest.mark.parametrize(
    ("relation", "dx", "dy", "expected"),
    [
        ("left_of", 0.0, 0.10, True),
        ("left_of", 0.0, -0.10, False),
        ("left_of", 0.0, 0.30, False),
        ("left_of", 0.0, 0.02, False),
        ("left_of", 0.08, 0.10, True),
        ("left_of", 0.15, 0.10, False),
        ("right_of", 0.0, -0.10, True),
        ("behind", 0.10, 0.0, True),
        ("behind", -0.10, 0.0, False),
        ("in_front_of", -0.10, 0.01, True),
        ("next_to", 0.0, 0.08, True),
        ("next_to", -0.10, 0.03, True),
        ("next_to", 0.0, 0.22, False),
    ],
)
def test_side_by_side(relation: str, dx: float, dy: float, expected: bool) -> None:
    target = cube("red", 0.45, 0.0)
    assert relations.relation_holds(relation, cube("green", 0.45 + dx, dy), target) is expected


def test_inside_needs_the_floor_and_not_the_rim() -> None:
    container = a_bin("blue", 0.5, 0.2)
    assert relations.relation_holds("in", cube("red", 0.53, 0.22, 0.026), container)
    assert not relations.relation_holds("in", cube("red", 0.53, 0.22, 0.082), container)
    assert not relations.relation_holds("in", cube("red", 0.62, 0.22, 0.02), container)


def test_on_needs_the_top_face() -> None:
    lower = cube("green", 0.4, 0.0)
    assert relations.relation_holds("on", cube("red", 0.41, 0.005, 0.06), lower)
    assert not relations.relation_holds("on", cube("red", 0.43, 0.0, 0.06), lower)
    assert not relations.relation_holds("on", cube("red", 0.4, 0.0, 0.10), lower)
    assert relations.relation_holds("on", lower, None)
    assert not relations.relation_holds("on", cube("red", 0.4, 0.0, 0.06), None)


def test_what_is_held_is_nowhere() -> None:
    target = cube("green", 0.4, 0.0)
    held = cube("red", 0.4, 0.1, held_by="left")
    assert not relations.relation_holds("left_of", held, target)
    assert not relations.relation_holds("on", held, None)


def test_unknown_relations_are_errors() -> None:
    with pytest.raises(ValueError, match="under"):
        relations.relation_holds("under", cube("red", 0.4, 0.0), cube("green", 0.4, 0.1))
    with pytest.raises(ValueError, match="table"):
        relations.relation_holds("left_of", cube("red", 0.4, 0.0), None)


coordinates = st.tuples(st.floats(0.32, 0.60), st.floats(-0.28, 0.28))
yaws = st.floats(-math.pi, math.pi)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    relation=st.sampled_from([r for r in relations.RELATIONS if r not in ("in", "on")]),
    target=st.tuples(coordinates, yaws),
    other=st.tuples(coordinates, yaws),
    container=st.tuples(coordinates, yaws),
    big=st.booleans(),
)
def test_every_spot_makes_its_relation_hold_and_is_free(
    relation: str, target: tuple, other: tuple, container: tuple, big: bool
) -> None:
    item = cube("red", 0.30, 0.0)
    reference = a_bin("green", *target[0], target[1]) if big else cube("green", *target[0], yaw=target[1])
    world = scene(item, reference, cube("blue", *other[0], yaw=other[1]), a_bin("blue", *container[0], container[1]))
    for spot in places.place_spots(relation, item, reference.name, world):
        placed = places.moved_to(item, spot)
        assert relations.relation_holds(relation, placed, reference)
        assert places.in_workspace(spot.xy)
        for obstacle in world:
            if obstacle is not item:
                assert footprint.distance_to(obstacle, spot.xy) - footprint.inner_radius(item) > 0.005


def test_the_first_choice_beside_a_cube_is_ten_centimetres_away() -> None:
    world = scene(cube("red", 0.45, 0.0), cube("green", 0.40, -0.2))
    spot = places.place_spots("left_of", world["green_cube"], "red_cube", world)[0]
    assert spot.xy == pytest.approx((0.45, 0.10))
    assert spot.support == 0.0


@settings(max_examples=30, deadline=None, derandomize=True)
@given(yaw=yaws)
def test_three_cubes_fit_a_bin_side_by_side(yaw: float) -> None:
    container = a_bin("green", 0.45, -0.2, yaw)
    world = scene(cube("red", 0.4, 0.0), cube("green", 0.5, 0.0), cube("blue", 0.4, 0.1), container)
    for name in ("red_cube", "green_cube", "blue_cube"):
        spot = places.place_spots("in", world[name], "green_bin", world)[0]
        turned = Pose.from_xyz_rpy((spot.x, spot.y, spot.support + 0.02), (0.0, 0.0, spot.closing or 0.0))
        item = places.moved_to(world[name], spot, inside="green_bin")
        world = world.with_object(SceneObject(**{**item.__dict__, "pose": turned}))
    cubes = [item for item in world if item.category == "cube"]
    assert all(relations.relation_holds("in", item, container) for item in cubes)
    gaps = [footprint.distance_to(a, b.pose.position[:2]) - 0.02 for a in cubes for b in cubes if a is not b]
    assert min(gaps) > 0.002


def test_nothing_goes_on_what_already_carries_something() -> None:
    world = scene(cube("red", 0.4, 0.0), cube("blue", 0.4, 0.0, 0.06), cube("green", 0.5, 0.1))
    assert places.place_spots("on", world["green_cube"], "red_cube", world) == ()
    assert places.place_spots("on", world["green_cube"], "blue_cube", world)[0].support == pytest.approx(0.08)


def test_the_table_offers_the_free_spot_nearest_to_the_object() -> None:
    world = scene(cube("red", 0.4, 0.0, 0.06), cube("green", 0.4, 0.0))
    spots = places.place_spots("on", world["red_cube"], "table", world)
    assert spots
    assert all(footprint.distance_to(world["green_cube"], spot.xy) > 0.03 for spot in spots)
    assert math.dist(spots[0].xy, (0.4, 0.0)) < 0.15


@pytest.mark.parametrize(
    ("dx", "dy", "expected"),
    [(0.0, 0.10, True), (0.02, 0.11, True), (0.05, 0.10, False), (0.0, 0.18, False), (0.0, -0.10, False)],
)
def test_what_happens_to_lie_on_that_side_was_not_put_there(dx: float, dy: float, expected: bool) -> None:
    target = cube("red", 0.45, 0.0)
    assert relations.fits_closely("left_of", cube("green", 0.45 + dx, dy), target) is expected


@settings(max_examples=40, deadline=None, derandomize=True)
@given(relation=st.sampled_from(sorted(relations.DIRECTIONS)), x=st.floats(0.40, 0.52), y=st.floats(-0.2, 0.2), yaw=yaws)
def test_what_is_put_beside_something_fits_closely(relation: str, x: float, y: float, yaw: float) -> None:
    reference, item = cube("green", x, y, yaw=yaw), cube("red", 0.30, 0.0)
    spot = places.place_spots(relation, item, reference.name, scene(reference))[0]
    assert relations.fits_closely(relation, places.moved_to(item, spot), reference)
