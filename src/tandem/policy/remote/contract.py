"""How our cameras, joints and grippers are called, ordered and scaled by a server: a contract, read from a YAML file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from tandem.cell import names, paths
from tandem.policy.chunks.settings import SECTIONS, SettingsError

Key = tuple[str, ...]
"""Where something is in a message: names of nested maps, outermost first."""

Fit = Literal["crop", "pad", "stretch"]

UNUSED = "unused"
"""In an order of joints: a column that this cell has nothing for; 0 in the state, passed over in actions."""

_PROTOCOLS = ("openpi", "groot")
_FITS = ("crop", "pad", "stretch")
_LAYOUTS = ("hwc", "chw")
_KINDS = ("absolute", "delta")
_EXTRAS = ("none", "tandem")


class ContractError(SettingsError):
    """A contract says something that can't be; the message names the file, the place and what is expected."""


@dataclass(frozen=True)
class ImageSlot:
    """One image of a request. ``width`` and ``height`` 0 leave it as large as it is [px]."""

    key: Key
    camera: str
    width: int = 224
    height: int = 224
    fit: Fit = "pad"
    channels_first: bool = False


@dataclass(frozen=True)
class Part:
    """Some columns of the state or of the actions, by our joint names or `UNUSED`."""

    key: Key
    joints: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """A server's figures for an open and a closed gripper; in between it is linear in the fingers' travel."""

    open: float
    closed: float


@dataclass(frozen=True)
class Checks:
    """What an answer must keep: within the joints' range by this much, its first row this near to where the arms are [rad]."""

    beyond_range: float = 0.3
    first_row: float = 1.0


@dataclass(frozen=True)
class Contract:
    """All of it.

    Attributes:
        name: of the file, for messages.
        protocol: ``openpi`` or ``groot``.
        images, state, actions: what is sent, and what comes back.
        prompt: where the step's words go.
        signs: of joints that count the other way there.
        offsets: what is added to our joint before its sign [rad].
        state_gripper, action_gripper: figures for open and closed, which may differ between state and actions.
        kind: whether arm joints in actions are targets, or to be added to the state that was sent; grippers are always targets.
        rate_hz: rows of an answer a second.
        rows: that an answer has, as far as known.
        first_row: so many rows after the observation is what the first row of an answer is meant for.
        hold: joints that the server doesn't command; they stay.
        extras: ``tandem`` sends and expects our own optional fields as well.
        checks: what an answer must keep.
        chunk_settings: sections of config/policies/vla.yaml that this server wants otherwise.
    """

    name: str
    protocol: str
    images: tuple[ImageSlot, ...]
    state: tuple[Part, ...]
    actions: tuple[Part, ...]
    prompt: Key
    state_gripper: Scale
    action_gripper: Scale
    signs: Mapping[str, float] = field(default_factory=dict)
    offsets: Mapping[str, float] = field(default_factory=dict)
    kind: str = "absolute"
    rate_hz: float = 50.0
    rows: int = 50
    first_row: int = 0
    hold: tuple[str, ...] = ()
    extras: str = "none"
    checks: Checks = Checks()
    chunk_settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cameras(self) -> tuple[str, ...]:
        """Cameras whose images are sent."""
        return tuple(dict.fromkeys(slot.camera for slot in self.images))


def load(name: str) -> Contract:
    """A contract by the name of a file in config/policies, such as ``openpi_aloha``, or by its path.

    Raises:
        ContractError: there is none, or it can't be.
    """
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        path = paths.config(f"policies/{name}.yaml")
    if not path.is_file():
        there = sorted(file.stem for file in paths.config("policies").glob("*_*.yaml"))
        raise ContractError(f"there is no contract '{name}'; there are {', '.join(there)}, or give the path of a .yaml file")
    try:
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ContractError(f"{path} is no YAML: {error}") from error
    return parse(table, path.name)


def parse(table: Any, name: str) -> Contract:
    """A contract from a parsed file.

    Raises:
        ContractError: it can't be.
    """
    reader = _Reader(name)
    entries = reader.map(table, "")
    reader.known(entries, "", _KEYS)
    signs = {joint: reader.number(value, f"signs.{joint}") for joint, value in reader.map(entries.get("signs"), "signs").items()}
    offsets = reader.map(entries.get("offsets"), "offsets")
    for joint in (*signs, *offsets):
        reader.joints([joint], "signs or offsets")
    if any(abs(sign) != 1.0 for sign in signs.values()):
        raise reader.error("signs", "a sign is 1 or -1")
    gripper = reader.map(entries.get("gripper"), "gripper")
    actions = reader.parts(entries.get("actions"), "actions")
    hold = reader.joints(entries.get("hold") or [], "hold")
    _check_all_commanded(reader, actions, hold)
    return Contract(
        name=name,
        protocol=reader.one_of(entries.get("protocol"), _PROTOCOLS, "protocol"),
        images=reader.images(entries.get("images")),
        state=reader.parts(entries.get("state"), "state"),
        actions=actions,
        prompt=reader.key(entries.get("prompt", "prompt"), "prompt"),
        state_gripper=reader.scale(gripper.get("state"), "gripper.state"),
        action_gripper=reader.scale(gripper.get("action"), "gripper.action"),
        signs=signs,
        offsets={joint: reader.number(value, f"offsets.{joint}") for joint, value in offsets.items()},
        kind=reader.one_of(entries.get("kind", "absolute"), _KINDS, "kind"),
        rate_hz=reader.between(entries.get("rate_hz"), 1.0, 500.0, "rate_hz"),
        rows=int(reader.between(entries.get("rows", 50), 2, 1000, "rows")),
        first_row=int(reader.between(entries.get("first_row", 0), 0, 50, "first_row")),
        hold=hold,
        extras=reader.one_of(entries.get("extras", "none"), _EXTRAS, "extras"),
        checks=reader.checks(entries.get("checks")),
        chunk_settings={section: entries[section] for section in SECTIONS if section in entries},
    )


_KEYS = (
    *("protocol", "images", "state", "actions", "prompt", "gripper", "signs", "offsets", "kind", "rate_hz", "rows", "first_row"),
    *("hold", "extras", "checks", *SECTIONS),
)


def _check_all_commanded(reader: "_Reader", actions: Sequence[Part], hold: Sequence[str]) -> None:
    commanded = [joint for part in actions for joint in part.joints if joint != UNUSED]
    twice = next((joint for joint in commanded if commanded.count(joint) > 1 or joint in hold), None)
    if twice:
        raise reader.error("actions", f"{twice} is commanded and held, or commanded twice")
    left = [joint for joint in names.JOINTS if joint not in commanded and joint not in hold]
    if left:
        raise reader.error("actions", f"nothing commands {', '.join(left)}; add them, or list them under 'hold'")


class _Reader:
    """Reads values of one file, with errors that say where."""

    def __init__(self, name: str) -> None:
        self._name = name

    def error(self, where: str, what: str) -> ContractError:
        """An error about a place in the file."""
        return ContractError(f"contract {self._name}{': ' + where if where else ''}: {what}")

    def map(self, value: Any, where: str) -> Mapping[str, Any]:
        """A table; empty where there is none."""
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.error(where, "expected a table")
        return value

    def known(self, entries: Mapping[str, Any], where: str, keys: Sequence[str]) -> None:
        """No keys but these."""
        for key in entries:
            if key not in keys:
                raise self.error(where, f"'{key}' isn't known; there are {', '.join(keys)}")

    def one_of(self, value: Any, allowed: Sequence[str], where: str) -> str:
        """One of some words."""
        if value not in allowed:
            raise self.error(where, f"'{value}' can't be; it is one of {', '.join(allowed)}")
        return str(value)

    def number(self, value: Any, where: str) -> float:
        """A finite number."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e9:
            raise self.error(where, f"expected a number, got {value!r}")
        return float(value)

    def between(self, value: Any, low: float, high: float, where: str) -> float:
        """A number in a range."""
        number = self.number(value, where)
        if not low <= number <= high:
            raise self.error(where, f"{number:g} isn't from {low:g} to {high:g}")
        return number

    def key(self, value: Any, where: str) -> Key:
        """A name, or a list of names of nested maps."""
        parts = [value] if isinstance(value, str) else value
        if not isinstance(parts, list) or not parts or not all(isinstance(part, str) and part for part in parts):
            raise self.error(where, f"expected a name, or a list of names of nested maps, got {value!r}")
        return tuple(parts)

    def joints(self, value: Any, where: str) -> tuple[str, ...]:
        """Joint names, with ``left_arm``, ``right_arm``, ``left_gripper``, ``right_gripper`` and ``all`` for several."""
        found: list[str] = []
        for entry in [value] if isinstance(value, str) else value or []:
            group = _GROUPS.get(entry, (entry,) if entry in names.JOINTS or entry == UNUSED else ())
            if not group:
                raise self.error(where, f"'{entry}' is no joint; there are {', '.join((*_GROUPS, *names.JOINTS, UNUSED))}")
            found += group
        return tuple(found)

    def parts(self, value: Any, where: str) -> tuple[Part, ...]:
        """State or actions: a list of ``{key, joints}``."""
        if not isinstance(value, list) or not value:
            raise self.error(where, "expected a list of {key: ..., joints: [...]}")
        found = []
        for index, entry in enumerate(value):
            place = f"{where}[{index}]"
            table = self.map(entry, place)
            self.known(table, place, ("key", "joints"))
            joints = self.joints(table.get("joints"), place)
            if not joints:
                raise self.error(place, "names no joints")
            found.append(Part(self.key(table.get("key"), place), joints))
        return tuple(found)

    def images(self, value: Any) -> tuple[ImageSlot, ...]:
        """A list of image slots."""
        if not isinstance(value, list):
            raise self.error("images", "expected a list, empty for a server that wants none")
        found = []
        for index, entry in enumerate(value):
            place = f"images[{index}]"
            table = self.map(entry, place)
            self.known(table, place, ("key", "camera", "width", "height", "fit", "layout"))
            fit = self.one_of(table.get("fit", "pad"), _FITS, f"{place}.fit")
            width, height = (int(self.between(table.get(side, 224), 0, 4096, f"{place}.{side}")) for side in ("width", "height"))
            found.append(
                ImageSlot(
                    key=self.key(table.get("key"), place),
                    camera=self.one_of(table.get("camera"), names.CAMERAS, f"{place}.camera"),
                    width=width,
                    height=height,
                    fit="crop" if fit == "crop" else "pad" if fit == "pad" else "stretch",
                    channels_first=self.one_of(table.get("layout", "hwc"), _LAYOUTS, f"{place}.layout") == "chw",
                )
            )
        return tuple(found)

    def scale(self, value: Any, where: str) -> Scale:
        """Figures for open and closed."""
        table = self.map(value, where)
        self.known(table, where, ("open", "closed"))
        scale = Scale(self.number(table.get("open"), f"{where}.open"), self.number(table.get("closed"), f"{where}.closed"))
        if scale.open == scale.closed:
            raise self.error(where, "open and closed are the same figure")
        return scale

    def checks(self, value: Any) -> Checks:
        """What an answer must keep."""
        table = self.map(value, "checks")
        self.known(table, "checks", ("beyond_range", "first_row"))
        return Checks(**{key: self.between(entry, 0.0, 100.0, f"checks.{key}") for key, entry in table.items()})


_GROUPS: dict[str, tuple[str, ...]] = {
    **{f"{side}_arm": names.ARM_JOINTS[side] for side in names.SIDES},
    **{f"{side}_gripper": (names.GRIPPER_JOINT[side],) for side in names.SIDES},
    "all": names.JOINTS,
}
