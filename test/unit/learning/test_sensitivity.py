import pytest
from made_up_reports import made_up

from tandem.learning.reports.factors import factors
from tandem.learning.reports.sensitivity import sensitivity
from tandem.sim.randomisation import draw
from tandem.sim.scenes import scene_for

FRICTION = "friction of objects and table"


def test_what_success_depends_on_comes_first_and_stands_out() -> None:
    found = sensitivity(made_up(60, friction_effect=12.0)["episodes"])
    first = found.factors[0]
    assert first.name == FRICTION
    assert first.stands_out
    assert first.ci_all[0] < first.ci95[0] < first.effect < first.ci95[1] < first.ci_all[1]
    assert first.effect > 0.3
    assert FRICTION in found.verdict
    rates = [part.successes / part.n for part in first.bins]
    assert rates[0] < rates[-1]
    assert sum(part.n for part in first.bins) == 180


def test_chance_is_not_taken_for_an_effect() -> None:
    wrong = [sensitivity(made_up(20, seed=seed, friction_effect=0.0)["episodes"]) for seed in (1, 2)]
    assert sum(any(entry.stands_out for entry in found.factors) for found in wrong) == 0
    assert any("can't be ruled out" in found.verdict for found in wrong)


def test_says_when_there_is_too_little_data() -> None:
    found = sensitivity(made_up(6, friction_effect=12.0)["episodes"])
    assert found.factors == ()
    assert "Too little data" in found.verdict
    assert "of 18 episodes" in found.verdict
    assert "--randomise" in sensitivity(made_up(6)["episodes"]).verdict


def test_every_factor_is_a_number_that_differs_between_episodes() -> None:
    rows = [
        {"randomisation": draw(scene_for("tabletop", seed)).as_json(), "variant": {"object": "red_cube"}} for seed in range(4)
    ]
    values = [factors(row) for row in rows]
    assert {"lamp brightness", FRICTION, "mass of what is handled", "overhead camera error rotation [deg]"} <= set(values[0])
    assert all(len({entry[name] for entry in values}) >= 3 for name in values[0])
    assert factors({"randomisation": None}) == {}


def test_the_mass_is_that_of_what_the_task_is_about() -> None:
    drawn = {"masses": {"red_cube": 0.7, "blue_bin": 1.2, "tray": 1.0}, "inference_s": 0.02}
    row = {"randomisation": drawn, "variant": {"object": "red_cube", "side": "left"}, "delay_s": 0.1}
    assert factors(row) == pytest.approx({"mass of what is handled": 0.7, "inference delay [ms]": 120.0})
