import numpy as np
import pytest
from box_world import BLUE, GREEN, RED, Block, World, cube, egg, open_bin

from tandem.cell.observation import CameraFrame
from tandem.cell.robot import home_positions
from tandem.perception.estimator import SceneEstimator
from tandem.perception.faces import find_faces
from tandem.perception.rounds import find_rounds
from tandem.perception.settings import perception_settings
from tandem.perception.shapes import Detection, detect
from tandem.perception.view import look

WHITE, BROWN = (240, 238, 230), (112, 68, 38)
HOME = home_positions()


def detections(world: World, hidden: slice | None = None) -> list[Detection]:
    """What is found; columns of the image that the robot hides may be given."""
    view = look(world.image())
    robot = np.zeros_like(view.valid)
    if hidden is not None:
        robot[:, hidden] = True
    settings = perception_settings()
    return detect(view, robot, find_faces(view, robot, settings), settings)


@pytest.mark.parametrize("noise", [0.0, 0.001, 0.002])
@pytest.mark.parametrize(("rgb", "colour"), [(WHITE, "white"), (BROWN, "brown")])
@pytest.mark.parametrize("width", [0.040, 0.048])
def test_an_egg_is_found_where_and_as_large_as_it_is(noise: float, rgb: tuple[int, int, int], colour: str, width: float) -> None:
    for seed, (x, y) in enumerate([(0.46, 0.0), (0.35, -0.2), (0.55, 0.15)]):
        (found,) = detections(World([egg(x, y, rgb, width)], depth_noise=noise, seed=seed))
        assert (found.category, found.colour) == ("egg", colour)
        assert (found.rectangle.x, found.rectangle.y) == pytest.approx((x, y), abs=1.5e-3)
        assert found.rectangle.width == pytest.approx(width, abs=1.5e-3 + noise)
        assert found.top == pytest.approx(width * 0.056 / 0.044, abs=1.5e-3)
        assert found.bottom == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("light", [0.6, 1.0])
@pytest.mark.parametrize(
    ("rgb", "colour"), [((240, 215, 175), "white"), (WHITE, "white"), (BROWN, "brown"), ((150, 90, 45), "brown")]
)
def test_its_colour_is_known_in_warm_and_dim_light(rgb: tuple[int, int, int], colour: str, light: float) -> None:
    (found,) = detections(World([egg(0.46, 0.0, rgb)], light=light))
    assert found.colour == colour


def test_what_has_faces_is_not_round() -> None:
    blocks = [
        cube(0.40, 0.0, 0.3, RED),
        *open_bin(0.45, 0.25, 0.1, BLUE),
        Block((0.4, -0.2, 0.045), (0.024, 0.024, 0.09), 0.2, GREEN),
    ]
    leaning = Block((0.5, 0.0, 0.026), (0.04, 0.04, 0.04), 0.3, GREEN, tilt=0.6)
    view = look(World([*blocks, leaning], depth_noise=0.001).image())
    assert find_rounds(view, np.zeros_like(view.valid), perception_settings()) == []


def test_an_egg_in_a_bin_stands_on_its_floor() -> None:
    found = detections(World([*open_bin(0.45, 0.2, 0.1, BLUE), egg(0.47, 0.22, WHITE, bottom=0.006)], depth_noise=0.001))
    assert sorted(item.category for item in found) == ["bin", "egg"]
    item = next(item for item in found if item.category == "egg")
    assert item.bottom == pytest.approx(0.006, abs=2e-3)
    assert (item.rectangle.x, item.rectangle.y) == pytest.approx((0.47, 0.22), abs=2e-3)


def test_half_an_egg_tells_nothing_of_its_place() -> None:
    (whole,) = detections(World([egg(0.46, 0.0, WHITE)]))
    middle = 320
    assert whole.rectangle.y == pytest.approx(0.0, abs=1e-3)
    assert detections(World([egg(0.46, 0.0, WHITE)]), hidden=slice(middle + 2, 640)) == []


def estimate(estimator: SceneEstimator, *frames: CameraFrame) -> None:
    for frame in frames:
        estimator.update([frame], HOME, np.zeros(14), frame.stamp)


def test_an_egg_is_kept_while_something_hides_it_and_followed_when_it_is_moved() -> None:
    estimator, first = SceneEstimator(), World([egg(0.46, 0.0, BROWN), cube(0.36, 0.1, 0.2, RED)])
    estimate(estimator, *(first.image(0.1 * k) for k in range(4)))
    item = estimator.scene["brown_egg"]
    assert item.on == "table"
    assert item.confidence > 0.85
    lid = Block((0.46, 0.03, 0.3), (0.1, 0.1, 0.01), 0.0, (110, 112, 118))
    covered = World([*first.blocks, lid])
    estimate(estimator, *(covered.image(0.5 + 0.1 * k) for k in range(4)))
    kept = estimator.scene["brown_egg"]
    assert np.allclose(kept.pose.position, item.pose.position, atol=2e-3)
    moved = World([egg(0.40, -0.1, BROWN), first.blocks[1]])
    estimate(estimator, *(moved.image(1.0 + 0.1 * k) for k in range(6)))
    assert estimator.scene["brown_egg"].pose.position[:2] == pytest.approx((0.40, -0.1), abs=2e-3)
    assert {item.name for item in estimator.scene} >= {"brown_egg", "red_cube"}
