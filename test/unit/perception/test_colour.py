import numpy as np
import pytest

from tandem.perception.colour import brightness, name_of

TABLE = (219, 214, 204)
SURFACES = {
    "red": (200, 40, 35),
    "green": (45, 160, 60),
    "blue": (40, 80, 190),
    "yellow": (238, 190, 40),
    "orange": (240, 130, 30),
    "purple": (130, 60, 170),
    "white": (235, 235, 232),
    "black": (25, 25, 27),
    "grey": (120, 122, 125),
    "brown": (110, 65, 30),
    "cyan": (40, 190, 200),
}


def painted(rgb: tuple[int, int, int], light: float, warmth: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(1)
    tint = np.array([1 + warmth, 1.0, 1 - warmth])
    return np.clip(np.array(rgb) * light * tint + rng.normal(0, 3, (400, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("light", [0.35, 0.6, 1.0])
@pytest.mark.parametrize("name", SURFACES)
def test_colours_keep_their_names_in_other_light(name: str, light: float) -> None:
    reference = brightness(painted(TABLE, light))
    assert name_of(painted(SURFACES[name], light), reference) == name


@pytest.mark.parametrize("warmth", [-0.08, 0.08])
@pytest.mark.parametrize("name", ["red", "green", "blue", "yellow", "purple", "black"])
def test_colours_keep_their_names_in_warmer_and_cooler_light(name: str, warmth: float) -> None:
    assert name_of(painted(SURFACES[name], 0.9, warmth), 0.8) == name


def test_a_table_that_is_hardly_seen_says_nothing_about_the_light() -> None:
    assert brightness(np.zeros((10, 3), np.uint8)) == pytest.approx(0.85)
