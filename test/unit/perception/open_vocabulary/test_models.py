"""Detectors and segmenters of transformers: loaded and run for real, with random weights."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForZeroShotObjectDetection, AutoProcessor

from tandem.perception.open_vocabulary.choice import FinderSettings, make_finder
from tandem.perception.open_vocabulary.detector import ZeroShotDetector
from tandem.perception.open_vocabulary.models import Box, ModelError, without_repetitions
from tandem.perception.open_vocabulary.phrases import category_of, checked
from tandem.perception.open_vocabulary.segmenter import SamSegmenter

PHRASES = ("screwdriver", "coffee mug", "tape")
IMAGE = np.random.default_rng(3).integers(0, 255, (48, 80, 3), dtype=np.uint8)


@pytest.fixture(params=["owl", "dino"])
def folder(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


def test_boxes_lie_in_the_image_and_are_the_surest_first(folder: Path) -> None:
    boxes = ZeroShotDetector.load(str(folder), 0.0, "cpu").detect(IMAGE, PHRASES)
    assert boxes
    assert [box.score for box in boxes] == sorted((box.score for box in boxes), reverse=True)
    for box in boxes:
        assert 0 <= box.left < box.right <= 80
        assert 0 <= box.top < box.bottom <= 48
        assert box.phrase in PHRASES
        assert 0 < box.score <= 1


def test_boxes_below_the_threshold_are_left_out(folder: Path) -> None:
    everything = ZeroShotDetector.load(str(folder), 0.0, "cpu").detect(IMAGE, PHRASES)
    middle = float(np.median([box.score for box in everything]))
    assert everything[0].score > middle or len(everything) == 1
    some = ZeroShotDetector.load(str(folder), middle, "cpu").detect(IMAGE, PHRASES)
    assert some == [box for box in everything if box.score > middle]


def test_words_that_stand_alone_or_among_others_are_told_apart(folder: Path) -> None:
    """Each phrase is scored by its own words."""
    detector = ZeroShotDetector.load(str(folder), 0.0, "cpu")
    assert {box.phrase for box in detector.detect(IMAGE, ("tape",))} == {"tape"}


def test_scores_of_owlv2_are_those_of_each_phrase(owl: Path) -> None:
    """By hand, from the model's own output."""
    model = AutoModelForZeroShotObjectDetection.from_pretrained(owl).eval()
    processor = AutoProcessor.from_pretrained(owl)
    with torch.inference_mode():
        output = model(**processor(text=[[f"a photo of a {phrase}" for phrase in PHRASES]], images=IMAGE, return_tensors="pt"))
    best, which = output.logits[0].sigmoid().max(dim=-1)
    x, y, wide, high = (output.pred_boxes[0] * 80).unbind(-1)  # the image is padded to a square
    detector = ZeroShotDetector.load(str(owl), 0.0, "cpu")
    for box in detector.detect(IMAGE, PHRASES):
        place = int((best - box.score).abs().argmin())
        assert box.score == pytest.approx(float(best[place]), abs=1e-6)
        assert box.phrase == PHRASES[which[place]]
        assert box.left == pytest.approx(float((x - wide / 2)[place].clip(0, 80)), abs=1e-3)
        assert box.bottom == pytest.approx(float((y + high / 2)[place].clip(0, 48)), abs=1e-3)


def test_scores_of_grounding_dino_are_those_of_each_phrases_words(dino: Path) -> None:
    """By hand: the letters of a phrase lie between two stops, and its best one counts."""
    model = AutoModelForZeroShotObjectDetection.from_pretrained(dino).eval()
    processor = AutoProcessor.from_pretrained(dino)
    text = "screwdriver. coffee mug. tape."
    with torch.inference_mode():
        output = model(**processor(text=text, images=IMAGE, return_tensors="pt"))
    tokens = output.logits[0].sigmoid()
    spans = [slice(1, 12), slice(13, 22), slice(23, 27)]  # after [CLS], by the number of letters
    scores = torch.stack([tokens[:, span].max(dim=-1).values for span in spans], dim=-1)
    detector = ZeroShotDetector.load(str(dino), 0.0, "cpu")
    boxes = detector.detect(IMAGE, PHRASES)
    assert boxes[0].score == pytest.approx(float(scores.max()), abs=1e-6)
    assert boxes[0].phrase == PHRASES[int(scores.max(dim=-1).indices[scores.max(dim=-1).values.argmax()])]


def test_more_phrases_than_a_text_holds_are_refused(dino: Path) -> None:
    detector = ZeroShotDetector.load(str(dino), 0.0, "cpu")
    with pytest.raises(ModelError, match="more than the detector reads at once"):
        detector.detect(IMAGE, [f"screwdriver {letter}" for letter in "abcdefgh"])


def test_masks_are_as_large_as_the_image(sam: Path) -> None:
    segmenter = SamSegmenter.load(str(sam), "cpu")
    boxes = [Box("tape", 0.5, 5, 5, 30, 30), Box("tape", 0.4, 40, 10, 60, 30)]
    masks = segmenter.segment(IMAGE, boxes)
    assert masks.shape == (2, 48, 80)
    assert masks.dtype == bool
    assert (masks == segmenter.segment(IMAGE, boxes)).all()
    assert segmenter.segment(IMAGE, []).shape == (0, 48, 80)


def test_of_boxes_on_one_another_the_best_stays() -> None:
    best, shadow = Box("mug", 0.9, 10, 10, 30, 30), Box("cup", 0.5, 11, 10, 31, 30)
    beside, within = Box("cup", 0.4, 25, 10, 45, 30), Box("pen", 0.3, 12, 12, 16, 30)
    assert without_repetitions([within, shadow, best, beside]) == [best, beside, within]


# What is wrong with a folder is said.


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")


def cut_short(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-400])


def without_a_head(folder: Path) -> None:
    file = folder / "model.safetensors"
    save_file({k: v for k, v in load_file(file).items() if "box_head" not in k}, file, metadata={"format": "pt"})


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (pickled, "Only safetensors are read, since pytorch_model.bin may run code"),
        (cut_short, "incomplete metadata"),
        (without_a_head, "lacks 6 weights of a detector, for example box_head"),
        (lambda folder: (folder / "config.json").write_text("{"), "not a valid JSON"),
        (without("config.json"), "config.json"),
        (without("processor_config.json"), "The folder must hold config.json, model.safetensors, and the files of its processor"),
        (without("tokenizer.json"), "tokenizer.json is missing"),
    ],
)
def test_a_broken_folder_is_refused_with_what_is_wrong(
    owl: Path, tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(owl, broken)
    spoil(broken)
    with pytest.raises(ModelError, match=words):
        ZeroShotDetector.load(str(broken), device="cpu")


def test_models_of_another_kind_are_refused(owl: Path, sam: Path) -> None:
    with pytest.raises(ModelError, match="type 'sam'; a detector is one of owlv2, owlvit, grounding-dino"):
        ZeroShotDetector.load(str(sam), device="cpu")
    with pytest.raises(ModelError, match="type 'owlv2'; a segmenter is one of sam"):
        SamSegmenter.load(str(owl), "cpu")


@pytest.mark.parametrize("path", ["/no/such/folder", "./models/nothing", "~/detectors/owl/2"])
def test_a_folder_that_is_not_there_is_told(path: str) -> None:
    with pytest.raises(ModelError, match="There is no such folder"):
        ZeroShotDetector.load(path)


def test_a_hub_that_can_not_be_reached_is_told_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match=r"download it on another machine.*give the folder instead"):
        ZeroShotDetector.load("nobody/no-detector-of-this-name")


# What the parameters ask for


def test_models_are_made_as_parameters_say(owl: Path, sam: Path) -> None:
    wanted = FinderSettings(str(owl), str(sam), ["Coffee-Mug", "", "screwdriver", "coffee mug"], threshold=0.0, device="cpu")
    assert make_finder(wanted, background=False) is not None
    assert make_finder(FinderSettings(""), background=True) is None


@pytest.mark.parametrize(
    ("detector", "segmenter", "phrases", "words"),
    [
        ("", "sam", ["mug"], "name a detector as well"),
        ("owl", "", [""], "needs 'phrases'"),
        ("owl", "", ["mug. cup"], "can't be looked for"),
        ("owl", "", ["a very long name of a thing"], "one to 5 words"),
        ("owl", "", ["mug", "Tray"], "a tray is found by its shape"),
        ("owl", "", ["table"], "a table is found"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(detector: str, segmenter: str, phrases: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make_finder(FinderSettings(detector, segmenter, phrases), background=False)


def test_models_that_do_not_work_are_refused_at_once(dino: Path) -> None:
    many = [f"screwdriver {letter}" for letter in "abcdefgh"]
    with pytest.raises(ModelError, match="don't work: 8 phrases are more"):
        make_finder(FinderSettings(str(dino), "", many, device="cpu"), background=False)


def test_phrases_are_plain_words_and_categories_have_no_blanks() -> None:
    assert checked(["Coffee-Mug ", "tape   measure", "", "coffee mug"]) == ("coffee mug", "tape measure")
    assert category_of("coffee mug") == "coffee_mug"
