"""Language models behind the grammar: what they may answer, and what becomes of it."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch
from busybox_scenes import a_box
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from tandem.cell.plan import Question, Refusal, TaskPlan
from tandem.cell.pose import Pose
from tandem.cell.props import default_size
from tandem.cell.scene import Scene, SceneObject
from tandem.language.parser import parse
from tandem.language.rewording import orders
from tandem.language.rewording.choice import text_model
from tandem.language.rewording.endpoint import KEY, EndpointModel
from tandem.language.rewording.local import LocalModel
from tandem.language.rewording.understanding import ModelError, understand

STRANGE = "might the crimson fellow perhaps take up residence inside the azure receptacle"


def standing(name: str, category: str, x: float, y: float) -> SceneObject:
    size = default_size(category)
    return SceneObject(name, category, name.partition("_")[0], Pose((x, y, size[2] / 2)), size, on="table")


SCENE = Scene(
    0.0,
    (
        standing("red_cube", "cube", 0.42, 0.08),
        standing("green_cube", "cube", 0.45, -0.1),
        standing("blue_bin", "bin", 0.45, 0.28),
    ),
)


class Says:
    """A model that says what it is told to."""

    name = "a model"

    def __init__(self, *told: orders.Order, raw: str = "") -> None:
        self.answered = raw or json.dumps({"orders": [vars(order) for order in told]})
        self.asked: list[str] = []

    def answer(self, task: str, text: str, schema: dict[str, Any]) -> str:
        self.asked.append(text)
        return self.answered


PUT = orders.Order("put", "red_cube", "in", "blue_bin", "")


def test_the_grammar_goes_first_and_needs_no_model() -> None:
    model = Says(PUT)
    assert understand("put the red cube in the blue bin", SCENE, model) == parse("put the red cube in the blue bin", SCENE)
    assert isinstance(understand("pick up the cube", SCENE, model), Question)
    assert model.asked == []


def test_what_is_not_understood_is_reworded_and_planned_by_the_grammar() -> None:
    assert isinstance(parse(STRANGE, SCENE), Refusal)
    model = Says(PUT)
    parsed = understand(STRANGE, SCENE, model)
    assert isinstance(parsed, TaskPlan)
    assert parsed.instruction == STRANGE
    plain = parse("put the red cube in the blue bin", SCENE)
    assert isinstance(plain, TaskPlan)
    assert parsed.steps == plain.steps
    assert "red_cube" in model.asked[0]
    assert STRANGE in model.asked[0]


@pytest.mark.parametrize("unsafe", ["throw the red cube at me", "hit the person with the red cube"])
def test_what_is_unsafe_is_never_put_to_a_model(unsafe: str) -> None:
    model = Says(PUT)
    parsed = understand(unsafe, SCENE, model)
    assert isinstance(parsed, Refusal)
    assert parsed.code == "unsafe"
    assert model.asked == []


def test_what_the_grammar_refuses_of_it_stays_refused() -> None:
    parsed = understand(STRANGE, SCENE, Says(orders.Order("put", "blue_bin", "in", "red_cube", "")))
    assert isinstance(parsed, Refusal)
    assert "a model understood 'put the blue bin in the red cube'" in parsed.reason


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("certainly! here is", "no JSON"),
        ('{"orders": 3}', "no list of orders"),
        ('{"orders": [{"deed": "put"}]}', "must have the fields"),
        (json.dumps({"orders": [vars(PUT) | {"thing": "gold_cube"}]}), "thing can't be 'gold_cube'"),
        (json.dumps({"orders": [vars(PUT)] * 9}), "9 orders"),
    ],
)
def test_answers_outside_the_schema_are_refused(raw: str, words: str) -> None:
    parsed = understand(STRANGE, SCENE, Says(raw=raw))
    assert isinstance(parsed, Refusal)
    assert words in parsed.reason


@pytest.mark.parametrize("deed", orders.BOX_DEEDS)
def test_the_grammar_reads_every_order_about_the_box(deed: str) -> None:
    box = a_box()
    parts = {
        "press": "buttons/red",
        "slide": "sliders/top",
        "turn": "knob/knob",
        "flip": "switches/bottom",
        "pull out": "wires/red",
    }
    settings = {"slide": "to 5", "turn": "to 6", "flip": "on", "move": "to the left", "rotate": "clockwise"}
    thing = f"box/{parts[deed]}" if deed in parts else "box/wires/white" if deed == "plug in" else "box"
    order = orders.Order(deed, thing, settings.get(deed, ""), "", "left")
    parsed = understand("make the contraption do its thing, sunshine", box, Says(order))
    assert isinstance(parsed, TaskPlan), parsed
    assert [step.object for step in parsed.steps] == [thing]


def test_a_model_is_told_of_parts_and_their_states_but_not_of_plugs() -> None:
    model = Says(raw='{"orders": []}')
    understand("make the contraption do its thing, sunshine", a_box(), model)
    assert "box/wires/white (white wire, out)" in model.asked[0]
    assert "plug" not in model.asked[0]
    assert orders.choices(SCENE)["deed"] == orders.DEEDS


def test_no_orders_leave_the_grammars_own_answer() -> None:
    assert understand(STRANGE, SCENE, Says(raw='{"orders": []}')) == parse(STRANGE, SCENE)


@pytest.mark.parametrize("deed", orders.DEEDS)
def test_the_grammar_reads_every_order(deed: str) -> None:
    """With what each takes; what can't be done here may be refused, but not as something that isn't understood."""
    takes = {"put": ("in", "blue_bin"), "insert": ("in", "blue_bin")}
    relation, place = takes.get(deed, ("", ""))
    hand = "left" if deed in ("hand over", "open the gripper", "close the gripper") else ""
    if deed in ("open the gripper", "close the gripper"):
        hand = "left"
    words = orders.Order(deed, "red_cube", relation, place, hand).in_words()
    parsed = parse(words, SCENE)
    assert not (isinstance(parsed, Refusal) and parsed.code == "not_understood"), (words, parsed)


# Behind an endpoint


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[tuple[dict[str, str], dict[str, Any]]], Callable[[int, bytes], None]]]:
    """An address, what was sent there, and a way to say what it answers."""
    heard: list[tuple[dict[str, str], dict[str, Any]]] = []
    answer: list[Any] = [200, b""]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((dict(self.headers) | {"path": self.path}, json.loads(body)))
            self.send_response(answer[0])
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def answers(code: int, content: bytes) -> None:
        answer[:] = [code, content]

    yield f"http://127.0.0.1:{server.server_port}/v1", heard, answers
    server.shutdown()
    thread.join()


def test_an_endpoint_is_asked_for_structured_output(endpoint: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url, heard, answers = endpoint
    monkeypatch.setenv(KEY, "a-key")
    told = json.dumps({"orders": [vars(PUT)]})
    answers(200, json.dumps({"choices": [{"message": {"content": told}}]}).encode())
    parsed = understand(STRANGE, SCENE, EndpointModel(url, "some-model"))
    assert isinstance(parsed, TaskPlan)
    headers, body = heard[0]
    assert headers["path"] == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer a-key"
    assert body["model"] == "some-model"
    assert body["response_format"]["json_schema"]["schema"] == orders.schema(SCENE)


@pytest.mark.parametrize(("code", "content", "words"), [(401, b"", "401"), (200, b"{}", "no chat"), (200, b"<", "no answer")])
def test_an_endpoint_that_fails_says_how(endpoint: Any, code: int, content: bytes, words: str) -> None:
    url, _, answers = endpoint
    answers(code, content)
    parsed = understand(STRANGE, SCENE, EndpointModel(url, "some-model"))
    assert isinstance(parsed, Refusal)
    assert words in parsed.reason


def test_an_endpoint_that_is_not_there_is_told() -> None:
    with pytest.raises(ModelError, match="gives no answer"):
        EndpointModel("http://127.0.0.1:9", "m", timeout_s=0.5).answer("", "", {})
    with pytest.raises(ValueError, match="no http or https address"):
        EndpointModel("file:///etc/passwd", "m")


# On this machine


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A language model with random weights, and a tokenizer of bytes."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<pad>", "<s>"], initial_alphabet=alphabet)
    tokenizer.train_from_iterator([json.dumps({"orders": [vars(PUT)]}), "put the red cube in the blue bin"] * 4, trainer)
    made = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>")
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(made),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        pad_token_id=0,
    )
    to = tmp_path_factory.mktemp("language_model")
    LlamaForCausalLM(config).save_pretrained(to)
    made.save_pretrained(to)
    return to


def test_a_local_model_can_not_leave_the_schema(folder: Path) -> None:
    model = text_model("local", str(folder))
    assert model is not None
    for text in (STRANGE, "anything at all", ""):
        answer = model.answer("Do it.", text, orders.schema(SCENE))
        told = orders.read(answer, SCENE)
        assert json.loads(answer) == {"orders": [vars(order) for order in told]}


def test_the_likeliest_continuation_is_chosen(folder: Path) -> None:
    """By hand: the sum of the log-likelihoods of an option's tokens after the beginning."""
    model = text_model("local", str(folder))
    assert isinstance(model, LocalModel)
    before, options = 'x {"deed": "', ['put"', 'lift"', 'go home"']
    by_hand = []
    for option in options:
        given, whole = (model._tokenizer(words)["input_ids"] for words in (before, before + option))
        with torch.inference_mode():
            logits = model._model(input_ids=torch.tensor([whole])).logits[0].log_softmax(-1)
        assert whole[: len(given)] == given
        by_hand.append(sum(float(logits[place - 1, whole[place]]) for place in range(len(given), len(whole))))
    assert model._log_likelihoods(before, options) == pytest.approx(by_hand, abs=1e-3)
    assert model._choose(before, options) == options[by_hand.index(max(by_hand))]


@pytest.mark.parametrize(
    ("kind", "model", "words"),
    [
        ("oracle", "", "not 'oracle'"),
        ("endpoint", "m", "needs its address"),
        ("local", "", "needs a folder"),
        ("local", "/no", "/no"),
    ],
)
def test_a_model_that_makes_no_sense_is_refused(kind: str, model: str, words: str) -> None:
    with pytest.raises((ValueError, ModelError), match=words):
        text_model(kind, model)
    assert text_model("none") is None
