"""A verb of the BusyBox with what it takes, as an order; combinations that mean nothing give none."""

from dataclasses import replace

from tandem.cell.motions import SENSES
from tandem.language.busybox.vocabulary import BOX_VERBS, ROLE_OF, WHOLE, implied, is_in
from tandem.language.components import Components
from tandem.language.syntax import NO_SETTING, Action, NounPhrase, Setting

Actions = tuple[Action, ...]

_ALWAYS = ("objects", "arms", "manners", "constraints")

_LOOSELY = {
    "button": ("one", "thing"),
    "switch": ("one", "thing"),
    "wire": ("one", "thing"),
    "slider": ("one",),
}
"""What parts of a category may be called instead; there is only one knob, and one box."""

_INWARD = ("in", "to", "inside", "back", "down")

_PARTICLES = {
    "press": ("down", "on"),
    "pull": ("out", "off", "up", "away"),
    "plug": ("back", "on", "up", "down"),
    "rotate": ("over",),
    "move": ("over", "along", "across"),
    "slide": ("over", "along", "across", "up", "down"),
    "turn": ("over",),
}


def is_box_verb(kind: str) -> bool:
    """Whether a verb's class (``press push``) is one of the BusyBox's."""
    return kind.partition(" ")[0] in BOX_VERBS


def operate(kind: str, parts: Components, arm: str | None) -> list[Actions]:
    """The order that such a verb gives; none where the rest does not go with it.

    Args:
        kind: class and base form of the verb, ``press push``.
        parts: what was said with it.
        arm: the hand that acts, as said; None where that contradicts itself.
    """
    verb, _, base = kind.partition(" ")
    said = setting_of(parts)
    if arm is None or said is None or not _fit(verb, parts):
        return []
    setting = completed(verb, base, said)
    if setting is None or not (parts.objects or parts.settings or "again" in parts.manners):
        return []
    action = Action(verb, parts.objects[0] if parts.objects else (), arm=arm, constraints=parts.constraints, setting=setting)
    if verb in ("pull", "plug"):
        return [(action,)] if _goes(verb, base, parts) else []
    return [(action,)] if parts.only(*_ALWAYS, "settings", "particles") else []


def move_hand(parts: Components, arm: str | None) -> list[Actions]:
    """``move the left gripper to the right``; the hand stands where others have an object, or is what moves by itself."""
    said = setting_of(parts)
    if arm and len(parts.arms) == 1 and parts.arms[0].side == arm and not parts.bare_hands:
        parts, arm = replace(parts, bare_hands=parts.arms, arms=()), ""
    if (
        said is None
        or arm
        or len(parts.bare_hands) != 1
        or said.direction == ""
        or said != Setting(direction=said.direction, metres=said.metres)
    ):
        return []
    if not parts.only("bare_hands", "settings", "manners") or "above" in parts.manners:
        return []
    return [(Action("move_hand", arm=parts.bare_hands[0].side, setting=said),)]


def setting_of(parts: Components) -> Setting | None:
    """All that was said of it together; None where it contradicts itself."""
    whole: Setting | None = NO_SETTING
    for setting in parts.settings:
        whole = whole.merged(setting) if whole is not None else None
    return whole


def _fit(verb: str, parts: Components) -> bool:
    """Whether the verb is done to such things, and takes such particles."""
    if "up" in parts.manners or ("above" in parts.manners and verb != "view"):
        return False
    fits = all(_may_be(phrase, ROLE_OF[verb]) for phrases in parts.objects for phrase in phrases)
    return fits and all(particle in _PARTICLES.get(verb, ()) for particle in parts.particles)


def _may_be(phrase: NounPhrase, category: str) -> bool:
    if phrase.kind != "things":
        return phrase.kind in ("it", "them", "rest")
    if category == WHOLE and phrase.category == "box":
        return not phrase.colours and not phrase.plural
    return phrase.category in (category, "", *_LOOSELY.get(category, ()))


def completed(verb: str, base: str, said: Setting) -> Setting | None:
    """A setting with what the verb says by itself; None where something is missing, or is of no use."""
    plain, meant = replace(said, order=""), implied(base)
    if verb == "flip":
        return _switching(said, meant, base)
    if verb in ("slide", "turn"):
        if meant in ("up", "down") and not (said.value or said.direction):
            return replace(said, direction=meant)
        if meant in ("first", "middle", "last") and plain == NO_SETTING:
            return replace(said, value=meant)
        fits = said.value not in ("on", "off") and (verb, said.value) != ("turn", "other") and not said.metres and not said.times
        return said if fits and (plain != NO_SETTING or not is_in("stateless", base)) else None
    if verb in ("move", "rotate", "move_hand"):
        fits = said == Setting(direction=said.direction, metres=said.metres, degrees=said.degrees)
        turned = said.direction in SENSES or bool(said.degrees)
        fits = fits and not (said.metres if verb == "rotate" else turned) and bool(said.direction or not is_in("needs_way", base))
        return said if fits else None
    if verb == "press":
        return said if plain == Setting(times=said.times) else None
    return said if plain == NO_SETTING else None


def _switching(said: Setting, meant: str, base: str) -> Setting | None:
    """To which state a switch is flipped; to the other one where only the verb is said."""
    if not (said.value or said.direction):
        said = replace(said, value=meant if meant in ("on", "off") else "" if is_in("stateless", base) else "other")
    fits = said == Setting(said.value, direction=said.direction, fully=said.fully, order=said.order, start=said.start)
    one = (said.value in ("on", "off", "other")) != (said.direction in ("left", "right", "up", "down"))
    return said if fits and one and not (said.value and said.direction) else None


def _goes(verb: str, base: str, parts: Components) -> bool:
    """Whether a wire is said to come out, or to go in."""
    if verb == "pull":
        out = bool(parts.sources) or bool({"out", "off"} & set(parts.particles))
        from_jack = all(s.phrase is not None and s.phrase.category in ("socket", "box", WHOLE, "module") for s in parts.sources)
        plain = parts.only(*_ALWAYS, "settings", "particles", "sources")
        return plain and from_jack and (out or not is_in("outward", base))
    into_jack = all(
        d.relation in _INWARD and (d.phrase is None or d.phrase.category in ("socket", "box", WHOLE, "module"))
        for d in parts.destinations
    )
    inward = any(d.relation != "down" for d in parts.destinations) or bool({"back", "up"} & set(parts.particles))
    return parts.only(*_ALWAYS, "settings", "particles", "destinations") and into_jack and (inward or not is_in("inward", base))
