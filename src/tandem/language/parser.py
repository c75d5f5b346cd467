"""A sentence and a scene in; a plan, a question or a refusal out."""

from collections.abc import Iterator

from tandem.cell.names import Side, other_side
from tandem.cell.plan import Parsed, Question, Refusal, Step, TaskPlan
from tandem.cell.scene import Scene
from tandem.language.answers import AnswerError, AskError, RefuseError
from tandem.language.arms import FlipError
from tandem.language.lexicon import Lexicon, lexicon_for, lexicon_with_box, speaks_of_box
from tandem.language.normalise import without_fillers, words_of
from tandem.language.planning import Planner
from tandem.language.reading import Text
from tandem.language.report import to_report
from tandem.language.screening import asks_to_stop, denies_the_manner, examples, only_forbids, unsafe_reason
from tandem.language.sentences import orders, prohibition
from tandem.language.spelling import corrected
from tandem.language.syntax import Action

MOST_TRIED = 40
"""Readings of a text that are planned in search of one that makes sense."""

MOST_WORDS = 120
"""Longer instructions are refused rather than searched for a meaning."""

Outcome = tuple[Step, ...] | AskError | RefuseError

_RANK = {"impossible": 2, "unsafe": 2, "unknown_object": 3, "not_understood": 4}
_UNREAD = 5


def parse(text: str, scene: Scene) -> Parsed:
    """Understand an instruction; never raises for what is in the text.

    Args:
        text: what a person said.
        scene: what perception knows, which decides what words mean.

    Returns:
        The plan (without steps when everything is already so), a question when it may mean several things, or a refusal.
        A text is understood as a whole or refused as a whole.
    """
    raw, lexicon = words_of(text), lexicon_for(scene)
    unsafe = unsafe_reason(raw)
    if unsafe:
        return Refusal(text, "unsafe", unsafe)
    if not raw:
        return Refusal(text, "not_understood", f"nothing was said. {examples(lexicon.with_box)}")
    if not without_fillers(raw):
        return Refusal(text, "not_understood", f"that asks for nothing. {examples(lexicon.with_box)}")
    if denies_the_manner(without_fillers(raw)):
        return Refusal(
            text, "not_understood", f"that says only what not to do; say what should be done. {examples(lexicon.with_box)}"
        )
    if asks_to_stop(raw):
        return Refusal(text, "not_understood", "a stop is not an instruction; use the stop button, or 'tandem stop'")
    if len(raw) > MOST_WORDS:
        return Refusal(text, "not_understood", f"that is more than {MOST_WORDS} words; say it in several instructions")
    outcome = _understand(without_fillers(raw), scene, lexicon)
    mended = corrected(raw, scene)
    if mended != raw and (_is_lost(outcome) or (lexicon.with_box and isinstance(outcome, RefuseError))):
        again = _understand(without_fillers(mended), scene, lexicon)
        if not isinstance(again, RefuseError) or (again.code != "not_understood" and _is_lost(outcome)):
            outcome = again
    if not lexicon.with_box and (_is_lost(outcome) or isinstance(outcome, AskError)) and speaks_of_box(raw):
        outcome = _without_a_box(outcome, _understand(without_fillers(raw), scene, lexicon_with_box()))
    return _answer(text, outcome)


def _without_a_box(outcome: Outcome, again: Outcome) -> Outcome:
    """What an order comes to that isn't understood but for the words of the BusyBox, where there is none: hands can be moved."""
    if isinstance(again, tuple):
        return again
    if isinstance(outcome, RefuseError) and isinstance(again, RefuseError) and again.code == "unknown_object":
        return RefuseError(outcome.code, again.reason)
    return outcome


def _is_lost(outcome: Outcome) -> bool:
    return isinstance(outcome, RefuseError) and outcome.code in ("not_understood", "unknown_object")


def _answer(text: str, outcome: Outcome) -> Parsed:
    if isinstance(outcome, AskError):
        return Question(text, outcome.question, outcome.candidates)
    if isinstance(outcome, RefuseError):
        return Refusal(text, outcome.code, outcome.reason)
    return TaskPlan(text, outcome)


def _understand(words: tuple[str, ...], scene: Scene, lexicon: Lexicon) -> Outcome:
    """The best that any reading gives: a plan, else a question, else the most telling refusal."""
    text = Text(words, lexicon)
    best: Outcome = RefuseError("not_understood", "")
    best_rank = _UNREAD
    for outcome in _outcomes(orders(text), scene):
        rank = 0 if isinstance(outcome, tuple) else 1 if isinstance(outcome, AskError) else _RANK[outcome.code]
        if rank < best_rank:
            best, best_rank = outcome, rank
        if rank == 0:
            break
    return RefuseError("not_understood", _not_understood(text)) if best_rank == _UNREAD else best


def _outcomes(readings: list[tuple[Action, ...]], scene: Scene) -> Iterator[Outcome]:
    """What becomes of each reading; those that begin like one that came to nothing are passed over."""
    dead: list[tuple[Action, ...]] = []
    tried = 0
    for actions in readings:
        if tried == MOST_TRIED or any(actions[: len(beginning)] == beginning for beginning in dead):
            continue
        tried += 1
        outcome = _planned(actions, scene)
        yield outcome
        if isinstance(outcome, AnswerError) and not any(action.constraints for action in actions):
            dead.append(actions[: outcome.done + 2])  # one more, since an order may look at the one after it


def _not_understood(reading: Text) -> str:
    if prohibition(reading) or only_forbids(reading.words):
        return f"that says only what not to do; say what should be done. {examples(reading.lexicon.with_box)}"
    said = reading.between(0, len(reading.words))
    strange = reading.between(reading.farthest, len(reading.words))
    if reading.farthest and strange:
        return f"I can't make sense of '{strange}' in '{said}', so I do none of it. {examples(reading.lexicon.with_box)}"
    return f"I don't understand '{said}'. {examples(reading.lexicon.with_box)}"


def _planned(actions: tuple[Action, ...], scene: Scene) -> Outcome:
    """The steps of one reading, with other choices of arms where the first ones get in the way."""
    try:
        return _with_arms(actions, scene, {}, frozenset())
    except (AskError, RefuseError) as answer:
        return answer


def _with_arms(actions: tuple[Action, ...], scene: Scene, flips: dict[int, Side], settled: frozenset[int]) -> tuple[Step, ...]:
    planner = Planner(scene, flips, settled)
    try:
        return planner.run(actions)
    except FlipError as flip:
        chosen = planner.work.chosen[flip.pick]
        settled = settled | {flip.pick}
        try:
            return _with_arms(actions, scene, flips | {flip.pick: other_side(chosen)}, settled)
        except RefuseError:
            return _with_arms(actions, scene, flips | {flip.pick: chosen}, settled)


__all__ = ["parse", "to_report"]
