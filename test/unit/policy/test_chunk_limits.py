"""What a policy sends, the executor's filter passes: whatever the model answers, and however late."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from chunk_models import ReachModel
from hypothesis import given, settings
from hypothesis import strategies as st
from things import standing

from tandem.cell import names
from tandem.cell.chunk import Outcome, Verdict
from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene
from tandem.policy.chunks import plan as plans
from tandem.policy.chunks.model import ChunkAnswer, ChunkRequest
from tandem.policy.chunks.policy import ChunkPolicy
from tandem.policy.chunks.settings import Chunking, ChunkSettings, SettingsError, configured, is_setting, parse
from tandem.safety.filter import SafetyFilter, World
from tandem.safety.timeline import resting

HOME = home_positions()
STEP = Step("home", "both")
SCENE = Scene(0.0, (standing("red_cube", 0.42, 0.3),))
PERIOD = 0.4


@dataclass
class Jumpy(ReachModel):
    """Continues nothing: its rows after the committed ones are off, by as much as it was told."""

    off: float = 0.0

    def predict(self, request: ChunkRequest) -> ChunkAnswer:
        answer = super().predict(request)
        rows = answer.positions.copy()
        rows[len(request.committed) :, 0] += self.off
        rows[len(request.committed) :, 7] -= self.off
        return replace(answer, positions=rows)


@pytest.fixture(scope="module")
def safety() -> SafetyFilter:
    return SafetyFilter()


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    off=st.floats(-0.2, 0.2),
    delays=st.lists(st.floats(0.0, 0.3), min_size=6, max_size=6),
    late=st.floats(0.0, 0.012),
    join=st.sampled_from(["rtc", "ensemble", "replace"]),
    seed=st.integers(0, 1000),
)
def test_nothing_needs_to_be_changed(
    safety: SafetyFilter, off: float, delays: list[float], late: float, join: str, seed: int
) -> None:
    """The arms follow what is certified; chunks reach the executor a little after they were made."""
    random = np.random.default_rng(seed)
    model = Jumpy(HOME.copy(), speed=0.8, acceleration=2.5, off=off)
    clock = [0.0]
    policy = ChunkPolicy(model, ChunkSettings(Chunking(join=join)), clock=lambda: clock[0])
    running = resting(HOME, 0.0)
    verdicts: list[Verdict] = []
    policy.begin(STEP, "1", Observation(0.0, HOME, np.zeros(14), SCENE))
    for tick, delay in enumerate(delays):
        model.goal = HOME + 0.4 * random.uniform(-1.0, 1.0, 14) * np.isin(np.arange(14), (0, 7))
        stamp = PERIOD * tick
        position, velocity, _ = running.sample(stamp)
        clock[0] = stamp + delay
        output = policy.infer(Observation(stamp, position, velocity, SCENE))
        assert output.chunk is not None
        certified = safety.certify(output.chunk, running, World(SCENE), clock[0] + late)
        verdicts.append(certified.verdict)
        policy.heard(certified.verdict)
        assert certified.trajectory is not None
        running = certified.trajectory
    assert [verdict.outcome for verdict in verdicts] == [Outcome.PASSED] * len(delays), [v.reason for v in verdicts]


def test_a_model_that_jumps_does_not_make_the_arms_swing() -> None:
    """A curve through the committed rows and others 0.1 rad off would overshoot on both sides."""
    model = Jumpy(HOME.copy(), off=0.1)
    policy = ChunkPolicy(model)
    policy.begin(STEP, "1", Observation(0.0, HOME, np.zeros(14), SCENE))
    output = policy.infer(Observation(0.0, HOME, np.zeros(14), SCENE))
    assert output.chunk is not None
    way = output.chunk.positions[:, 0] - HOME[0]
    assert way.min() > -0.003
    assert way.max() < 0.115
    assert np.allclose(output.chunk.positions[:, [1, 2, 8, 9]], HOME[[1, 2, 8, 9]], atol=1e-3)


@pytest.mark.parametrize(("category", "kept"), [("cube", 0.016), ("egg", 0.0198)])
def test_what_is_held_stays_held_where_the_arms_begin_anew(category: str, kept: float) -> None:
    """Sent to where they are measured, fingers would let go; squeezed like a cube, an egg would break."""
    finger = names.GRIPPER_COLUMN["left"]
    held = replace(standing("red_cube", 0.4, 0.1), category=category, held_by="left", on="")
    measured = HOME.copy()
    measured[finger] = 0.020
    seen = Observation(1.0, measured, np.zeros(14), Scene(1.0, (held,)))
    assert plans.at_rest_here(seen, None).positions[0, finger] == pytest.approx(kept)
    under_way = measured.copy()
    under_way[finger] = 0.0197
    assert plans.at_rest_here(seen, resting(under_way, 0.0)).positions[0, finger] == pytest.approx(0.0197)


def test_settings_come_from_a_file_a_contract_and_options() -> None:
    usual = configured({})
    other = configured(
        {"join": "replace", "ending.still_s": "2.5", "url": "x"}, {"chunking": {"join": "ensemble", "blend_s": 0.2}}
    )
    assert (other.chunking.join, other.chunking.blend_s, other.ending.still_s) == ("replace", 0.2, 2.5)
    assert other.uncertainty == usual.uncertainty
    assert [is_setting(key) for key in ("join", "fallback", "ending.rest_s", "url", "chunking")] == [
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"chunking": {"join": "jump"}}, "mine: chunking.join is 'jump'; it can be rtc, ensemble, replace"),
        ({"chunking": {"speed": 1}}, "mine: chunking.speed isn't known; there are join, replan_period_s"),
        ({"ending": {"rest_s": "long"}}, "mine: ending.rest_s must be a number, not 'long'"),
        ({"ending": {"rest_s": -1}}, "mine: ending.rest_s must not be negative"),
        ({"uncertainty": {"fallback": "vla"}}, "mine: uncertainty.fallback is 'vla'; it can be none, skills"),
        ({"uncertainty": 3}, "mine: uncertainty must be a table of settings"),
    ],
)
def test_settings_that_can_not_be(table: dict, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        parse(table, "mine")


def test_names_of_joints_are_the_cells(safety: SafetyFilter) -> None:
    policy = ChunkPolicy(ReachModel())
    policy.begin(STEP, "1", Observation(0.0, HOME, np.zeros(14), SCENE))
    chunk = policy.infer(Observation(0.0, HOME, np.zeros(14), SCENE)).chunk
    assert chunk is not None
    assert chunk.joint_names == names.JOINTS
    assert safety.certify(chunk, resting(HOME, 0.0), World(SCENE), 0.0).verdict.outcome is Outcome.PASSED
