"""Tandem's own optional fields of the openpi protocol, under the key ``tandem`` of requests, answers and the server's metadata.

A server that doesn't know them passes them over. With them, a served model is asked what it would be asked without a network.
"""

from dataclasses import asdict
from typing import Any, Final

import numpy as np

from tandem.cell import names
from tandem.cell.observation import Observation, TouchSample
from tandem.cell.plan import Step
from tandem.cell.robot import RobotModel
from tandem.cell.scene import Scene
from tandem.cell.scene_json import scene_from_json, scene_to_json
from tandem.policy import grounding
from tandem.policy.box.looks import Look
from tandem.policy.chunks.model import ChunkAnswer, ChunkModel, ChunkRequest, ModelFailure

KEY: Final = "tandem"
VERSION: Final = 1


class ExtrasError(ValueError):
    """The optional fields are there, but not as they should be."""


def metadata(model: ChunkModel) -> dict[str, Any]:
    """What a server says of its model."""
    return {
        "version": VERSION,
        "model": model.name,
        "cameras": list(model.cameras),
        "image_size": int(getattr(model, "image_size", 0) or 0),
        "step_dt": float(model.step_dt),
        "rows": int(model.rows),
        "joints": list(names.JOINTS),
    }


def check_metadata(said: Any, url: str) -> dict[str, Any]:
    """The server's own account of its model.

    Raises:
        ModelFailure: it isn't a server of ours, or its model is for another cell.
    """
    fields = said.get(KEY) if isinstance(said, dict) else None
    if not isinstance(fields, dict):
        raise ModelFailure(
            f"{url} isn't served by `tandem serve`: use the contract of that server, for example contract=openpi_aloha"
        )
    if fields.get("version") != VERSION:
        raise ModelFailure(
            f"{url} speaks version {fields.get('version')} of Tandem's fields, this cell {VERSION}: update the older"
        )
    if tuple(fields.get("joints", ())) != names.JOINTS:
        raise ModelFailure(f"{url} serves a model for other joints than this cell's")
    if unknown := [camera for camera in fields.get("cameras", ()) if camera not in names.CAMERAS]:
        raise ModelFailure(f"{url} wants images of '{unknown[0]}'; this cell has {', '.join(names.CAMERAS)}")
    for key, low, high in (("step_dt", 1e-3, 1.0), ("rows", 2, 1000), ("image_size", 0, 4096)):
        value = fields.get(key)
        if not isinstance(value, int | float) or not low <= value <= high:
            raise ModelFailure(f"{url} says that its {key} is {value!r}, which can't be")
    return fields


def request_fields(request: ChunkRequest, episode: int, robot: RobotModel, grounder: grounding.Grounder) -> dict[str, Any]:
    """What a model of ours wants to know beyond images, state and words.

    Args:
        request: to ask with.
        episode: number of the step, another one each time a step begins.
        robot: kinematics of the cell.
        grounder: of that step.
    """
    seen = request.observation
    look = Look.at(seen, robot.hands(seen.positions))
    return {
        "episode": episode,
        "stamp": seen.stamp,
        "positions": seen.positions,
        "velocities": seen.velocities,
        "committed": request.committed,
        "step": asdict(request.step),
        "scene": scene_to_json(seen.scene),
        "grounding": grounder.table(look, request.step),
        "wrenches": _stacked([seen.wrenches]),
        "tactile": _stacked([seen.tactile]),
        "touch": {
            "stamps": np.array([sample.stamp for sample in seen.touch]),
            "wrenches": _stacked([sample.wrenches for sample in seen.touch]),
            "tactile": _stacked([sample.tactile for sample in seen.touch]),
        },
    }


def observation_of(fields: dict[str, Any]) -> Observation:
    """The observation of a request, without its images.

    Raises:
        ExtrasError: a field is missing or wrong.
    """
    try:
        touch = fields["touch"]
        stamps = np.asarray(touch["stamps"], dtype=float)
        wrenches, tactile = _by_side(touch["wrenches"]), _by_side(touch["tactile"])
        samples = [TouchSample(float(stamp), *felt) for stamp, *felt in zip(stamps, wrenches, tactile, strict=True)]
        return Observation(
            stamp=float(fields["stamp"]),
            positions=_vector(fields["positions"]),
            velocities=_vector(fields["velocities"]),
            scene=scene_from_json(fields["scene"]) if fields.get("scene") else Scene(),
            wrenches=next(iter(_by_side(fields["wrenches"])), {}),
            tactile=next(iter(_by_side(fields["tactile"])), {}),
            touch=tuple(samples),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ExtrasError(f"the field '{KEY}' of a request is wrong: {error!r}") from error


def request_of(fields: dict[str, Any], observation: Observation) -> ChunkRequest:
    """The whole request.

    Raises:
        ExtrasError: a field is missing or wrong.
    """
    try:
        step = Step(**{key: fields["step"][key] for key in asdict(Step("home", "both"))})
        committed = np.asarray(fields["committed"], dtype=float)
    except (KeyError, TypeError, ValueError) as error:
        raise ExtrasError(f"the field '{KEY}' of a request is wrong: {error!r}") from error
    if committed.ndim != 2 or committed.shape[1] != names.DOF or not len(committed) or not np.isfinite(committed).all():
        raise ExtrasError(f"committed rows of shape {committed.shape}, expected (d, {names.DOF}), d at least 1, and finite")
    return ChunkRequest(observation, step, committed)


def answer_fields(answer: ChunkAnswer) -> dict[str, Any]:
    """What a model of ours says besides its rows."""
    return {"done": float(answer.done), "spread": float(answer.spread), "info": dict(answer.info), "felt": answer.felt}


def _stacked(felt: list[dict[str, Any]]) -> Any:
    """Shape (T, 2, ...) by time and side; empty where a side says nothing."""
    if not felt or any(side not in sample for sample in felt for side in names.SIDES):
        return np.zeros((0, 2))
    return np.stack([np.stack([np.asarray(sample[side], dtype=float) for side in names.SIDES]) for sample in felt])


def _by_side(stacked: Any) -> list[dict[str, Any]]:
    return [dict(zip(names.SIDES, sides, strict=True)) for sides in np.asarray(stacked, dtype=float)]


def _vector(values: Any) -> Any:
    vector = np.asarray(values, dtype=float)
    if vector.shape != (names.DOF,) or not np.isfinite(vector).all():
        raise ValueError(f"joints of shape {vector.shape}, expected ({names.DOF},), and finite")
    return vector
