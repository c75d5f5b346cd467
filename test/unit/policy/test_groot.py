"""Clients of GR00T's protocol, against a ZeroMQ socket and messages built by hand from the published format."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgpack
import numpy as np
import pytest

from tandem.cell import names
from tandem.cell.observation import CameraFrame, Observation
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene
from tandem.policy import registry
from tandem.policy.chunks.model import ChunkRequest, ModelFailure
from tandem.policy.remote import contract

zmq = pytest.importorskip("zmq")
groot = pytest.importorskip("tandem.policy.remote.groot")

HOME = home_positions()
STEP = Step("pick", "left", "red_cube", text="pick the red cube")
CONTRACT = contract.load("groot_tandem")
PARTS = {"left_arm": slice(0, 6), "left_gripper": slice(6, 7), "right_arm": slice(7, 13), "right_gripper": slice(13, 14)}


def npy(array: np.ndarray) -> dict[str, Any]:
    """An array as the published serialiser writes it: an .npy file in a map."""
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return {"__ndarray_class__": True, "as_npy": stream.getvalue()}


def from_npy(entry: dict[str, Any]) -> np.ndarray:
    assert entry["__ndarray_class__"] is True
    return np.load(io.BytesIO(entry["as_npy"]), allow_pickle=False)


def modality(keys: list[str], ahead: int = 1) -> dict[str, Any]:
    return {"__ModalityConfig_class__": True, "as_json": {"modality_keys": keys, "delta_indices": list(range(ahead))}}


CONFIG = {
    "video": modality(["overhead_camera", "left_wrist_camera", "right_wrist_camera"]),
    "state": modality(list(PARTS)),
    "action": modality(list(PARTS), 8),
    "language": modality(["annotation.human.task_description"]),
}


def actions(rows: np.ndarray) -> list[Any]:
    return [{name: npy(rows[None, :, columns].astype(np.float32)) for name, columns in PARTS.items()}, {}]


class Server:
    """A REP socket that answers by endpoint."""

    def __init__(self, port: int = 0) -> None:
        self.asked: list[dict[str, Any]] = []
        self.replies: dict[str, Callable[[dict[str, Any]], Any]] = {
            "ping": lambda data: {"status": "ok", "message": "Server is running"},
            "get_modality_config": lambda data: CONFIG,
            "reset": lambda data: {},
            "get_action": lambda data: actions(np.tile(HOME, (8, 1))),
        }
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.REP)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(f"tcp://127.0.0.1:{port or '*'}")
        self.url = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._ending = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._ending:
            if self._socket.poll(20):
                request = msgpack.unpackb(self._socket.recv())
                self.asked.append(request)
                reply = self.replies[request["endpoint"]](request.get("data", {}))
                self._socket.send(reply if isinstance(reply, bytes) else msgpack.packb(reply))

    def end(self) -> None:
        self._ending = True
        self._thread.join(5.0)
        self._socket.close()
        self._context.term()


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.end()


@pytest.fixture
def model(server: Server) -> Iterator[Any]:
    one = groot.GrootModel(CONTRACT, server.url, timeout_s=2.0)
    yield one
    one.close()


def request() -> ChunkRequest:
    def frame(camera: str) -> CameraFrame:
        return CameraFrame(
            camera, 0.9, np.full((48, 64, 3), 7, np.uint8), np.zeros((0, 0), np.float32), np.eye(3), Pose((0.0, 0.0, 0.0))
        )

    seen = Observation(1.0, HOME, np.zeros(14), Scene(), {camera: frame(camera) for camera in names.CAMERAS})
    return ChunkRequest(seen, STEP, HOME[None])


def test_the_server_gets_nested_batches_of_one(server: Server, model: Any) -> None:
    model.begin(STEP)
    model.predict(request())
    assert [asked["endpoint"] for asked in server.asked] == ["ping", "get_modality_config", "reset", "get_action"]
    observation = server.asked[-1]["data"]["observation"]
    assert set(observation) == {"video", "state", "language"}
    video = from_npy(observation["video"]["overhead_camera"])
    assert (video.shape, video.dtype) == ((1, 1, 256, 256, 3), np.uint8)
    state = from_npy(observation["state"]["left_arm"])
    assert (state.shape, state.dtype) == ((1, 1, 6), np.float32)
    assert np.allclose(state[0, 0], HOME[:6])
    assert from_npy(observation["state"]["right_gripper"])[0, 0, 0] == pytest.approx(0.0425)
    assert observation["language"] == {"annotation.human.task_description": [["pick the red cube"]]}


def test_its_parts_become_one_chunk(server: Server, model: Any) -> None:
    rows = HOME + np.linspace(0.1, 0.3, 8)[:, None] * (np.arange(14) == 8)
    rows[:, 6] = 0.02
    server.replies["get_action"] = lambda data: actions(rows)
    answer = model.predict(request())
    # A demonstration's action is for one frame later, so the present row is what is decided.
    assert np.allclose(answer.positions, np.vstack([HOME, rows]), atol=1e-6)
    assert np.isnan(answer.done)
    assert model.rows == 8


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ({"error": "Video key 'front' must be in observation"}, "says: Video key 'front' must be in observation"),
        ([{"left_arm": npy(np.zeros((1, 8, 6), np.float32))}, {}], "has no 'left_gripper'; it has left_arm"),
        ([{**actions(np.tile(HOME, (8, 1)))[0], "left_arm": npy(np.zeros((2, 8, 6)))}, {}], r"shape \(2, 8, 6\), expected"),
        (actions(np.full((8, 14), np.nan)), "not finite"),
        ({**{"action": 1}}, "has no 'left_arm'"),
        (b"\xc1\xc1", "isn't a GR00T server"),
    ],
)
def test_replies_that_are_no_chunk(server: Server, model: Any, reply: Any, words: str) -> None:
    server.replies["get_action"] = lambda data: reply
    with pytest.raises(ModelFailure, match=words):
        model.predict(request())


def test_a_contract_of_another_model_is_refused_before_anything_moves(server: Server) -> None:
    server.replies["get_modality_config"] = lambda data: CONFIG | {"state": modality(["left_arm", "left_hand"])}
    model = groot.GrootModel(CONTRACT, server.url, timeout_s=2.0)
    with pytest.raises(ModelFailure, match=r"has state 'left_hand', which contract groot_tandem.yaml doesn't name; it names"):
        model.predict(request())
    model.close()


def test_a_lost_server_is_found_again() -> None:
    first = Server()
    port = int(first.url.rpartition(":")[2])
    model = groot.GrootModel(CONTRACT, first.url, timeout_s=0.3)
    assert len(model.predict(request()).positions) == 9
    first.end()
    with pytest.raises(ModelFailure, match=r"gave no answer within 0.3 s; is the GR00T server running\?"):
        model.predict(request())
    second = Server(port)
    deadline = time.monotonic() + 20.0
    answer = None
    while answer is None and time.monotonic() < deadline:
        try:
            answer = model.predict(request())
        except ModelFailure:
            continue
    assert answer is not None
    model.close()
    second.end()


def test_a_token_goes_along(server: Server) -> None:
    model = groot.GrootModel(CONTRACT, server.url, timeout_s=2.0, api_key="secret")
    model.predict(request())
    assert all(asked["api_token"] == "secret" for asked in server.asked)
    model.close()


def test_the_registry_makes_it(server: Server) -> None:
    policy = registry.make("groot", options={"url": server.url})
    assert (policy.name, policy.cameras) == ("groot", names.CAMERAS)
    with pytest.raises(ValueError, match="'localhost' is no address of a GR00T server; write it as tcp://HOST:5555"):
        registry.make("groot", options={"url": "localhost"})
    with pytest.raises(ValueError, match=r"contract openpi_aloha.yaml is for the protocol openpi, not groot"):
        registry.make("groot", options={"url": server.url, "contract": "openpi_aloha"})
