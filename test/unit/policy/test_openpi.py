"""Clients and servers of openpi's protocol, over real sockets."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from chunk_models import ReachModel
from things import standing
from websockets.sync.server import ServerConnection, serve

from tandem.cell import names
from tandem.cell.observation import CameraFrame, Observation, TouchSample
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene
from tandem.policy import registry
from tandem.policy.chunks.model import ChunkAnswer, ChunkRequest, ModelFailure
from tandem.policy.remote import contract, extras, wire
from tandem.policy.remote.openpi import OpenpiModel
from tandem.policy.remote.serving import ChunkServer

HOME = home_positions()
STEP = Step("pick", "left", "red_cube", text="pick the red cube")
TANDEM, ALOHA = contract.load("openpi_tandem"), contract.load("openpi_aloha")


def frame(camera: str, width: int = 64, height: int = 48) -> CameraFrame:
    pixels = np.random.default_rng(len(camera)).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return CameraFrame(camera, 0.9, pixels, np.zeros((0, 0), np.float32), np.eye(3), Pose((0.0, 0.0, 0.0)))


def request(stamp: float = 1.0, cameras: tuple[str, ...] = names.CAMERAS) -> ChunkRequest:
    random = np.random.default_rng(1)
    touch = tuple(
        TouchSample(
            stamp - 0.02 * age,
            {side: random.random(6) for side in names.SIDES},
            {side: random.random((2, 4, 4, 3)) for side in names.SIDES},
        )
        for age in (2, 1, 0)
    )
    seen = Observation(
        stamp,
        HOME - 0.01 * random.random(14),
        0.1 * random.random(14),
        Scene(stamp - 0.1, (standing("red_cube", 0.42, 0.05, 0.3), standing("blue_bin", 0.43, 0.28))),
        {camera: frame(camera) for camera in cameras},
        touch[-1].wrenches,
        touch[-1].tactile,
        touch,
    )
    return ChunkRequest(seen, STEP, HOME - 0.001 * random.random((3, 14)))


@pytest.fixture
def served() -> Iterator[Callable[..., tuple[str, list[str]]]]:
    servers: list[tuple[ChunkServer, threading.Thread]] = []

    def start(model: ReachModel, used: contract.Contract = TANDEM, **options: object) -> tuple[str, list[str]]:
        said: list[str] = []
        server = ChunkServer(model, used, port=0, say=said.append, **options)  # type: ignore[arg-type]
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"ws://127.0.0.1:{server.port}", said

    yield start
    for server, thread in servers:
        server.stop()
        thread.join(5.0)


def same(one: Observation, other: Observation) -> bool:
    """Whether a model can't tell them apart; depth and calibration are not sent."""
    felt = zip(one.touch, other.touch, strict=True)
    return (
        one.stamp == other.stamp
        and np.array_equal(one.positions, other.positions)
        and np.array_equal(one.velocities, other.velocities)
        and one.scene == other.scene
        and all(np.array_equal(one.frames[camera].rgb, other.frames[camera].rgb) for camera in one.frames)
        and all(np.array_equal(one.wrenches[side], other.wrenches[side]) for side in names.SIDES)
        and all(np.array_equal(one.tactile[side], other.tactile[side]) for side in names.SIDES)
        and all(
            a.stamp == b.stamp
            and all(np.array_equal(a.wrenches[side], b.wrenches[side]) for side in names.SIDES)
            and all(np.array_equal(a.tactile[side], b.tactile[side]) for side in names.SIDES)
            for a, b in felt
        )
    )


class Twins(ReachModel):
    """Remembers its twins."""

    twins: list[ReachModel]

    def twin(self) -> ReachModel:
        self.twins.append(ReachModel())
        return self.twins[-1]


def test_clients_that_take_turns_have_a_model_each(served: Callable) -> None:
    model = Twins()
    model.twins = []
    url, _ = served(model)
    clients = [OpenpiModel(TANDEM, url) for _ in range(2)]
    for client in clients:
        client.begin(STEP)
    for stamp in (1.0, 1.4, 1.8):
        for client in clients:
            client.predict(request(stamp))
    assert [len(twin.requests) for twin in model.twins] == [3, 3]
    assert [len(twin.begun) for twin in model.twins] == [1, 1]
    for client in clients:
        client.close()
    patience = time.monotonic() + 5.0
    while not all(twin.closed for twin in model.twins) and time.monotonic() < patience:
        time.sleep(0.01)
    assert all(twin.closed for twin in model.twins)
    assert not model.requests
    assert not model.closed


def test_a_served_model_is_asked_exactly_what_it_would_be_asked_here(served: Callable) -> None:
    goal = HOME + np.where(np.isin(np.arange(14), (6, 13)), -0.01, 0.2)
    there, here = ReachModel(goal, cameras=names.CAMERAS, spread=0.01), ReachModel(goal, cameras=names.CAMERAS)
    url, _ = served(there)
    remote = OpenpiModel(TANDEM, url)
    remote.begin(STEP)
    asked = request()
    answer = remote.predict(asked)
    received = there.requests[0]
    assert same(asked.observation, received.observation)
    assert received.step == asked.step
    assert np.array_equal(received.committed, asked.committed)
    assert np.allclose(answer.positions, here.predict(asked).positions, atol=1e-12)
    assert (answer.done, answer.spread) == (0.0, 0.01)
    assert answer.seconds > 0.0
    assert (remote.step_dt, remote.rows, remote.cameras) == (there.step_dt, there.rows, names.CAMERAS)
    remote.close()


def test_a_step_begins_there_when_it_begins_here(served: Callable) -> None:
    model = ReachModel()
    url, _ = served(model)
    remote = OpenpiModel(TANDEM, url)
    for _ in range(2):
        remote.begin(STEP)
        remote.predict(request())
        remote.predict(request(1.4))
    assert model.begun == [STEP, STEP]
    remote.close()


def test_only_images_that_the_model_wants_are_asked_for(served: Callable) -> None:
    model = ReachModel(cameras=("left_wrist_camera",))
    model.image_size = 32  # type: ignore[attr-defined]
    url, _ = served(model)
    remote = OpenpiModel(TANDEM, url)
    assert remote.cameras == ("left_wrist_camera",)
    remote.predict(request(cameras=("left_wrist_camera",)))
    frames = model.requests[0].observation.frames
    assert list(frames) == ["left_wrist_camera"]
    assert frames["left_wrist_camera"].rgb.shape == (32, 32, 3)


def test_openpis_own_client_is_answered(served: Callable) -> None:
    """The published package, against our server, in ALOHA's layout."""
    client_module = pytest.importorskip("openpi_client.websocket_client_policy", reason="openpi-client isn't installed")
    model = ReachModel(HOME + 0.1, cameras=("overhead_camera",))
    url, _ = served(model, ALOHA)
    client = client_module.WebsocketClientPolicy(url)
    assert client.get_server_metadata()["tandem"]["rows"] == model.rows
    state = HOME.copy()
    state[[6, 13]] = 1.0
    images = {"cam_high": np.zeros((3, 224, 224), np.uint8)}
    answer = client.infer({"state": state, "images": images, "prompt": "pick the red cube"})
    assert answer["actions"].shape == (model.rows, names.DOF)
    assert answer["actions"][0, 6] == pytest.approx(1.0)
    assert answer["server_timing"]["infer_ms"] > 0.0
    assert model.requests[0].step.text == "pick the red cube"
    assert model.requests[0].observation.frames["overhead_camera"].rgb.shape == (224, 224, 3)
    with pytest.raises(RuntimeError, match="has no 'state'"):
        client.infer({"prompt": "pick"})
    assert client.infer({"state": state, "images": images, "prompt": "pick"})["actions"].shape[0] == model.rows


class Openpi:
    """A server as openpi's is: metadata first, then an answer each; what it does with a request is the test's."""

    def __init__(self, answer: Callable[[dict], object], metadata: object = None) -> None:
        self.asked: list[dict] = []

        def talk(connection: ServerConnection) -> None:
            connection.send(wire.pack_openpi(metadata or {"reset_pose": [0.0]}))
            for message in connection:
                self.asked.append(wire.unpack_openpi(message))
                reply = answer(self.asked[-1])
                connection.send(reply if isinstance(reply, str | bytes) else wire.pack_openpi(reply))

        self.server = serve(talk, "127.0.0.1", 0, compression=None, max_size=None)
        self.url = f"ws://127.0.0.1:{self.server.socket.getsockname()[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def openpi() -> Iterator[Callable[..., Openpi]]:
    made: list[Openpi] = []

    def start(answer: Callable[[dict], object], metadata: object = None) -> Openpi:
        made.append(Openpi(answer, metadata))
        return made[-1]

    yield start
    for one in made:
        one.server.shutdown()


def test_an_openpi_server_gets_what_its_contract_says(openpi: Callable[..., Openpi]) -> None:
    server = openpi(lambda asked: {"actions": np.tile(asked["state"].astype(np.float32), (50, 1))})
    model = OpenpiModel(ALOHA, server.url)
    model.begin(STEP)
    asked = request()
    answer = model.predict(asked)
    sent = server.asked[0]
    assert set(sent) == {"state", "images", "prompt"}
    assert {name: image.shape for name, image in sent["images"].items()} == dict.fromkeys(
        ("cam_high", "cam_left_wrist", "cam_right_wrist"), (3, 224, 224)
    )
    assert sent["prompt"] == "pick the red cube"
    assert sent["state"][6] == pytest.approx(asked.observation.positions[6] / 0.0425)
    wanted = np.clip(asked.observation.positions, None, np.where(np.isin(np.arange(14), (6, 13)), 0.0425, np.inf))
    assert np.allclose(answer.positions, wanted, atol=1e-6)
    assert np.isnan(answer.done)
    assert (model.step_dt, model.rows) == (0.02, 50)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"action": np.zeros((50, 14))}, "the answer has no 'actions'; it has action"),
        ({"actions": np.zeros((50, 7))}, "wants at least 2 rows of 14 columns"),
        ({"actions": np.full((50, 14), np.inf)}, "not finite"),
        ({"actions": np.full((50, 14), 9.0)}, "outside its range"),
        ("Traceback:\n  file x\nKeyError: 'cam_high'", "says: KeyError: 'cam_high'"),
        (b"\xc1", "isn't a policy server of openpi's protocol"),
    ],
)
def test_answers_that_are_none(openpi: Callable[..., Openpi], answer: object, words: str) -> None:
    model = OpenpiModel(ALOHA, openpi(lambda asked: answer).url)
    with pytest.raises(ModelFailure, match=words):
        model.predict(request())


def test_a_late_answer_is_not_taken_for_the_next_one(openpi: Callable[..., Openpi]) -> None:
    delays = iter([0.6, 0.0, 0.0])

    def slow(asked: dict) -> dict:
        time.sleep(next(delays))
        return {"actions": np.tile(asked["state"], (50, 1))}

    model = OpenpiModel(ALOHA, openpi(slow).url, timeout_s=0.3)
    with pytest.raises(ModelFailure, match=r"gave no answer within 0.3 s"):
        model.predict(request())
    moved = request()
    moved = replace(moved, observation=replace(moved.observation, positions=HOME + 0.02))
    time.sleep(0.5)
    assert model.predict(moved).positions[0, 0] == pytest.approx(HOME[0] + 0.02)


def test_where_nobody_serves() -> None:
    model = OpenpiModel(TANDEM, "ws://127.0.0.1:9")
    with pytest.raises(ModelFailure, match=r"no connection to ws://127.0.0.1:9 .*is the server running\?"):
        model.begin(STEP)


def test_other_servers_need_another_contract(openpi: Callable[..., Openpi]) -> None:
    model = OpenpiModel(TANDEM, openpi(lambda asked: {}).url)
    with pytest.raises(ModelFailure, match="isn't served by `tandem serve`: use the contract of that server"):
        model.predict(request())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 2}, "speaks version 2"),
        ({"joints": ["a"]}, "other joints"),
        ({"cameras": ["front"]}, "wants images of 'front'"),
        ({"step_dt": 0.0}, "says that its step_dt is 0.0"),
        ({"rows": "many"}, "says that its rows is 'many'"),
    ],
)
def test_a_server_for_another_cell_is_refused(openpi: Callable[..., Openpi], change: dict, words: str) -> None:
    said = {extras.KEY: extras.metadata(ReachModel()) | change}
    model = OpenpiModel(TANDEM, openpi(lambda asked: {}, said).url)
    with pytest.raises(ModelFailure, match=words):
        model.predict(request())


def test_a_key_keeps_others_out(served: Callable) -> None:
    url, _ = served(ReachModel(), api_key="secret")
    with pytest.raises(ModelFailure, match="refused the connection with HTTP 401; it wants an API key"):
        OpenpiModel(TANDEM, url).begin(STEP)
    with pytest.raises(ModelFailure, match="HTTP 401"):
        OpenpiModel(TANDEM, url, api_key="guess").begin(STEP)
    assert isinstance(OpenpiModel(TANDEM, url, api_key="secret").predict(request()), ChunkAnswer)


def test_a_request_that_is_none_does_not_end_the_server(served: Callable) -> None:
    model = ReachModel(away="still loading")
    url, said = served(model)
    remote = OpenpiModel(TANDEM, url)
    with pytest.raises(ModelFailure, match="says: still loading"):
        remote.predict(request())
    model.away = ""
    broken = request()
    with pytest.raises(ModelFailure, match=r"committed rows of shape \(0, 14\)"):
        remote.predict(replace(broken, committed=np.zeros((0, 14))))
    assert remote.predict(request()).positions.shape == (model.rows, 14)
    assert any("no answer: still loading" in line for line in said)
    model.goal = np.zeros(3)
    with pytest.raises(ModelFailure, match="the model broke off: ValueError"):
        remote.predict(request())
    model.goal = HOME.copy()
    assert remote.predict(request()).positions.shape == (model.rows, 14)


def test_the_registry_needs_an_address_and_knows_its_options() -> None:
    with pytest.raises(ValueError, match="needs the address of its server, for example --url ws://localhost:8000"):
        registry.make("openpi")
    with pytest.raises(ValueError, match="has no option 'port'; it has url, contract, timeout_s, api_key"):
        registry.make("openpi", options={"url": "ws://127.0.0.1:9", "port": "1"})
    with pytest.raises(ValueError, match="there is no contract 'mine'"):
        registry.make("openpi", options={"url": "ws://127.0.0.1:9", "contract": "mine"})
    with pytest.raises(ValueError, match=r"chunking.join is 'jump'; it can be rtc, ensemble, replace"):
        registry.make("openpi", options={"url": "ws://127.0.0.1:9", "chunking.join": "jump"})
    policy = registry.make("openpi", options={"url": "ws://127.0.0.1:9", "contract": "openpi_aloha"})
    assert (policy.name, policy.cameras) == ("openpi", names.CAMERAS)
