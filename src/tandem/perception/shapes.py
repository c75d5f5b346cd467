"""Faces put together to objects: containers, trays, sockets, pegs, cubes and other boxes, with what each stands on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import pi

import numpy as np
from numpy.typing import NDArray

from tandem.cell import props, socket
from tandem.perception import colour as colours
from tandem.perception.faces import Face
from tandem.perception.rectangle import Fit, Rectangle, fit_rectangle, nearest_turn, smallest_rectangle
from tandem.perception.relief import Relief
from tandem.perception.rounds import Round, find_rounds
from tandem.perception.settings import PerceptionSettings, Shapes
from tandem.perception.view import Mask, View

BIN_FLOOR = 0.006
"""Thickness of a container's floor where it can't be measured [m]."""

SOLID = 0.75
"""A face that covers less than this share of its rectangle is no box."""


@dataclass(frozen=True)
class Detection:
    """An object in one image.

    Attributes:
        category, colour: as in ``SceneObject``.
        rectangle: its footprint in the world.
        top: height of its bounding box's upper face [m].
        height: of its bounding box [m].
        deck: height above its bottom of the face on which others can stand: floor of a container, board of a tray, else the top.
        assumed: inferred from the sides of what is stacked on it, rather than seen from above.
        relief: what a thing of any shape shows of itself; None for those that are told by their shape.
        score: how sure a detector is of its name, 0 to 1.
    """

    category: str
    colour: str
    rectangle: Rectangle
    top: float
    height: float
    deck: float
    assumed: bool = False
    relief: Relief | None = None
    score: float = 0.0

    @property
    def bottom(self) -> float:
        """Height of its lower face [m]."""
        return self.top - self.height


def detect(view: View, robot: Mask, faces: Sequence[Face], settings: PerceptionSettings) -> list[Detection]:
    """The objects of which all sides of a face are seen, lowest first."""
    rounds = find_rounds(view, robot, settings)
    faces = [face for face in faces if not any(item.covers(_middle(face)[0]) for item in rounds)]
    trays = _trays(view, robot, faces, settings)
    used = [face for _, parts in trays for face in parts]
    rest = [face for face in faces if face not in used]
    whole = [face for face in rest if face.fit.complete] + _joined(rest, settings)
    bins = [face for face in whole if _is_rim(view, robot, face, settings.shapes)]
    sockets = [(face, found) for face in whole if (found := _socket_rectangle(view, robot, face, settings.shapes)) is not None]
    detections = [tray for tray, _ in trays]
    detections += [_bin(view, robot, face, detections) for face in bins]
    detections += [_socket(face, rectangle, detections, settings.shapes) for face, rectangle in sockets]
    known = [*bins, *(face for face, _ in sockets)]
    solids = [face for face in whole if face not in known and face.fill > SOLID and not _is_floor(face, bins)]
    for face in sorted(solids, key=lambda item: item.height):
        detections += _solid(view, robot, face, detections, settings)
    detections += [_egg(item, detections, settings.shapes) for item in rounds]
    return sorted(detections, key=lambda item: item.top)


def _joined(faces: Sequence[Face], settings: PerceptionSettings) -> list[Face]:
    """Frames that something in front of them cut into pieces: pieces of one colour and height that make a rectangle."""
    pieces = [face for face in faces if not face.fit.complete or face.rectangle.width < 2 * settings.faces.width]
    groups: list[list[Face]] = []
    for face in pieces:
        for group in groups:
            if face.colour == group[0].colour and abs(face.height - group[0].height) < settings.depth.face_band:
                group.append(face)
                break
        else:
            groups.append([face])
    joined = [_join(group, settings) for group in groups if len(group) > 1]
    return [face for face in joined if face.fit.complete and face.fill < settings.shapes.bin_fill]


def _join(pieces: Sequence[Face], settings: PerceptionSettings) -> Face:
    outline, trusted = np.concatenate([face.outline for face in pieces]), np.concatenate([face.trusted for face in pieces])
    area = sum(face.area for face in pieces)
    height = float(np.average([face.height for face in pieces], weights=[face.area for face in pieces]))
    start = smallest_rectangle(outline[:, :2])
    fit = fit_rectangle(outline[trusted], start, settings.faces.gate, settings.faces.side_cover)
    return Face(pieces[0].colour, height, outline, trusted, replace(fit, rectangle=fit.rectangle.long_first()), area)


def _heights_inside(view: View, robot: Mask, rectangle: Rectangle, height: float) -> tuple[NDArray[np.float32], float]:
    """Heights at points spread over the inside of a frame, and the share of the points that is seen."""
    inner = rectangle.grid(11, 0.8)
    u, v, _ = view.project(np.column_stack([inner, np.full(len(inner), height)]))
    rows, columns = np.round(v).astype(int), np.round(u).astype(int)
    inside = (rows >= 0) & (rows < view.valid.shape[0]) & (columns >= 0) & (columns < view.valid.shape[1])
    rows, columns = rows[inside], columns[inside]
    seen = view.valid[rows, columns] & ~robot[rows, columns]
    return view.heights[rows[seen], columns[seen]], float(seen.sum()) / len(inner)


def _is_rim(view: View, robot: Mask, face: Face, shapes: Shapes) -> bool:
    """Whether a face is the rim of an open container: a frame around something lower."""
    low, high = shapes.bin_side
    if not (low <= face.rectangle.width and face.rectangle.length <= high) or face.fill > shapes.bin_fill:
        return False
    heights, seen = _heights_inside(view, robot, face.rectangle, face.height)
    if seen < 0.2:
        return face.fill < 0.35 and face.height > shapes.bin_depth
    return float((heights < face.height - shapes.bin_depth).mean()) > 0.3


def _floor(view: View, robot: Mask, rectangle: Rectangle, height: float, bottom: float, default: float) -> float:
    """Height of the floor of a frame, of which the rim is at ``height``, above its bottom: of the lowest points inside."""
    heights, seen = _heights_inside(view, robot, rectangle, height)
    if seen < 0.3:
        return default
    return float(np.clip(np.quantile(heights, 0.1) - bottom, 0.001, height - bottom))


def _is_floor(face: Face, bins: Sequence[Face]) -> bool:
    """Whether a face is the floor of a container, whose colour it has."""
    return any(
        face.colour == rim.colour and face.height < 0.35 * rim.height and rim.rectangle.contains(_middle(face))[0] for rim in bins
    )


def _trays(view: View, robot: Mask, faces: Sequence[Face], settings: PerceptionSettings) -> list[tuple[Detection, list[Face]]]:
    """Trays, told by their two handles: parallel bars of one height and colour, with what lies between and below them."""
    bars = [face for face in faces if face.fit.complete and face.rectangle.length > 2.0 * face.rectangle.width]
    found = []
    for one, other in combinations(bars, 2):
        if not _are_handles(one, other, settings.shapes):
            continue
        around = smallest_rectangle(np.concatenate([one.outline[:, :2], other.outline[:, :2]])).grown(0.05)
        low = [face for face in faces if face.colour == one.colour and face.height < one.height - 0.006]
        parts = [one, other, *(face for face in low if around.contains(face.outline[:, :2]).all())]
        tray = _tray(view, robot, parts, settings) if len(parts) > 2 else None
        if tray is not None:
            found.append((tray, parts))
    return found


def _are_handles(one: Face, other: Face, shapes: Shapes) -> bool:
    """Whether two bars lie face to face, as far apart as the ends of a tray."""
    across = one.rectangle.to_local(_middle(other))[0]
    turn = abs(nearest_turn(one.rectangle.yaw - other.rectangle.yaw, 0.0, pi))
    alike = one.colour == other.colour and abs(one.height - other.height) < shapes.support and turn < 0.15
    return alike and abs(across[0]) < 0.03 and shapes.tray_side[0] < abs(across[1]) < shapes.tray_side[1]


def _tray(view: View, robot: Mask, parts: Sequence[Face], settings: PerceptionSettings) -> Detection | None:
    fit = tray_fit(parts, settings)
    if not fit.complete:
        return None
    top, base = parts[0].height, max(face.height for face in parts[2:])
    thickness = settings.shapes.tray_thickness
    bottom = base - thickness if base > thickness + settings.shapes.support else 0.0
    deck = _floor(view, robot, fit.rectangle, base, bottom, base - bottom)
    return Detection("tray", parts[0].colour, fit.rectangle.long_first(), top, top - bottom, deck)


def _middle(face: Face) -> NDArray[np.float64]:
    return np.array([[face.rectangle.x, face.rectangle.y]])


def tray_fit(parts: Sequence[Face], settings: PerceptionSettings, start: Rectangle | None = None) -> Fit:
    """The rectangle around a tray's board and bars; of the size of ``start`` where that is given."""
    outline = np.concatenate([part.outline[part.trusted] for part in parts])
    first = start if start is not None else smallest_rectangle(outline[:, :2])
    return fit_rectangle(outline, first, settings.faces.gate, settings.faces.side_cover / 2, keep_size=start is not None)


def support_under(rectangle: Rectangle, below: float, detections: Sequence[Detection]) -> float:
    """Height of the highest known surface under the middle of a rectangle that is lower than ``below``; 0 is the table."""
    middle = np.array([[rectangle.x, rectangle.y]])
    decks = [item.bottom + item.deck for item in detections if item.rectangle.contains(middle)[0]]
    return max((deck for deck in decks if deck < below), default=0.0)


def _bin(view: View, robot: Mask, face: Face, detections: Sequence[Detection]) -> Detection:
    bottom = support_under(face.rectangle, face.height - 0.008, detections)
    deck = _floor(view, robot, face.rectangle, face.height, bottom, BIN_FLOOR)
    return Detection("bin", face.colour, face.rectangle, face.height, face.height - bottom, deck)


def _box(face: Face, detections: Sequence[Detection]) -> Detection:
    height = face.height - support_under(face.rectangle, face.height - 0.008, detections)
    return Detection("box", face.colour, face.rectangle, face.height, height, height)


def _socket_rectangle(view: View, robot: Mask, face: Face, shapes: Shapes) -> Rectangle | None:
    """A socket's rectangle with its heading towards the hole, None where the face isn't one: a long one with a hole at an end."""
    low, high = shapes.socket_side
    rectangle = face.rectangle
    if not (low <= rectangle.width and rectangle.length <= high and rectangle.length > 2.0 * rectangle.width):
        return None
    hole = socket.hole_of((rectangle.length, rectangle.width, face.height))
    for heading in (rectangle, replace(rectangle, yaw=rectangle.yaw + pi)):
        x, y = heading.to_world(np.array([[hole.x, 0.0]]))[0]
        opening = Rectangle(float(x), float(y), heading.yaw, hole.side, hole.side)
        heights, seen = _heights_inside(view, robot, opening, face.height)
        if seen > 0.5 and float((heights < face.height - shapes.hole_depth).mean()) > 0.5:
            return heading
    return None


def _socket(face: Face, rectangle: Rectangle, detections: Sequence[Detection], shapes: Shapes) -> Detection:
    height = _own_height("socket", face, detections, shapes)
    return Detection("socket", face.colour, rectangle, face.height, height, height)


def _own_height(category: str, face: Face, detections: Sequence[Detection], shapes: Shapes) -> float:
    """From what is seen below it up to the face, where that is about the height of the cell's own; else that height."""
    known = props.default_size(category)[2]
    measured = face.height - support_under(face.rectangle, face.height - 0.5 * known, detections)
    return measured if abs(measured - known) < shapes.support else known


def _egg(found: Round, detections: Sequence[Detection], shapes: Shapes) -> Detection:
    """A round thing, as high as eggs of its width are, or from what it stands on, where that is about the same."""
    rectangle = Rectangle(found.x, found.y, 0.0, 2 * found.radius, 2 * found.radius)
    width, _, known = props.default_size("egg")
    usual = known * 2 * found.radius / width
    standing = found.top - support_under(rectangle, found.top - 0.6 * usual, detections)
    height = standing if abs(standing - usual) < shapes.support else usual
    return Detection("egg", found.colour, rectangle, found.top, height, height)


def _solid(view: View, robot: Mask, face: Face, detections: Sequence[Detection], settings: PerceptionSettings) -> list[Detection]:
    """A cube, a peg or another box; with the cube under it where only that one's sides show."""
    shapes = settings.shapes
    side = (face.rectangle.length + face.rectangle.width) / 2
    if _is_peg(face, side, shapes):
        height = _own_height("peg", face, detections, shapes)
        return [Detection("peg", face.colour, face.rectangle, face.height, height, height)]
    low, high = shapes.cube_side
    square = face.rectangle.length - face.rectangle.width < shapes.square and low <= side <= high
    if not square or face.height < side - shapes.support:
        return [_box(face, detections)]
    cube = Detection("cube", face.colour, face.rectangle, face.height, side, side)
    support = support_under(face.rectangle, face.height - 0.5 * side, detections)
    if abs(cube.bottom - support) < 0.3 * shapes.support:
        return [replace(cube, height=face.height - support, deck=face.height - support)]
    if abs(cube.bottom - support) < shapes.support:
        return [cube]  # on something thin that isn't seen
    under = _colour_under(view, robot, cube, support)
    if under == face.colour:
        return [_box(face, detections)]
    if under and abs(cube.bottom - support - side) < shapes.support:
        return [Detection("cube", under, face.rectangle, cube.bottom, side, side, assumed=True), cube]
    return [cube]


def _is_peg(face: Face, side: float, shapes: Shapes) -> bool:
    low, high = shapes.peg_side
    square = face.rectangle.length - face.rectangle.width < shapes.square
    return square and low <= side < high and face.height > shapes.peg_height


def _colour_under(view: View, robot: Mask, cube: Detection, support: float) -> str:
    """The colour of what shows of the sides below a cube, empty when too little does."""
    grown = cube.rectangle.grown(0.006)
    corners = grown.to_world(np.array([[a, b] for a in (-1, 1) for b in (-1, 1)]) * grown.half)
    rows, columns = view.window(corners, support, cube.bottom)
    heights = view.heights[rows, columns]
    chosen = (heights > support + 0.010) & (heights < cube.bottom - 0.004) & view.valid[rows, columns] & ~robot[rows, columns]
    points = view.points[:2, rows, columns][:, chosen].T.astype(np.float64)
    seen = view.frame.rgb[rows, columns][chosen][grown.contains(points)] if len(points) else np.zeros((0, 3), np.uint8)
    return colours.name_of(seen, view.brightness) if len(seen) >= 15 else ""
