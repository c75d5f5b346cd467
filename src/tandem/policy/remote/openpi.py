"""A model behind a server of openpi's websocket protocol: pi-0 and its kin, any model that somebody serves so, and our own."""

import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from tandem.cell import names
from tandem.cell.plan import Step
from tandem.cell.robot import RobotModel
from tandem.policy.chunks.model import ChunkAnswer, ChunkRequest, ModelFailure
from tandem.policy.grounding import Grounder
from tandem.policy.remote import extras, mapping
from tandem.policy.remote.contract import Contract, ContractError, ImageSlot
from tandem.policy.remote.link import Link

_NO_ROWS = np.zeros((0, names.DOF))


class OpenpiModel:
    """A `ChunkModel`. Not safe to share between threads.

    Args:
        contract: what the server calls things.
        url: of the server.
        timeout_s: for one answer [s].
        api_key: where the server wants one.

    Raises:
        ContractError: the contract is for another protocol.
    """

    name = "openpi"

    def __init__(self, contract: Contract, url: str, timeout_s: float = 5.0, api_key: str = "") -> None:
        if contract.protocol != "openpi":
            raise ContractError(f"contract {contract.name} is for the protocol {contract.protocol}, not openpi")
        self._contract, self._made = contract, (contract, url, timeout_s, api_key)
        self._link = Link(url, timeout_s, api_key, self._meet)
        self._episode, self._robot, self._grounder = 0, RobotModel(), Grounder()
        self._images: tuple[ImageSlot, ...] = contract.images
        self.step_dt, self.rows = 1.0 / contract.rate_hz, contract.rows
        self.cameras = contract.cameras
        with suppress(ModelFailure):  # It may come up later; whoever asks is told.
            self._link.connect()

    def twin(self) -> "OpenpiModel":
        """Another connection to the same server."""
        return OpenpiModel(*self._made)

    def begin(self, step: Step) -> None:
        """A new step begins; connects, so that what the server says of itself is known."""
        del step
        self._episode += 1
        self._grounder.forget()
        self._link.connect()

    def predict(self, request: ChunkRequest) -> ChunkAnswer:
        """The next chunk.

        Raises:
            ModelFailure: there is none.
        """
        began = time.monotonic()
        self._link.connect()
        answer = self._link.ask(self._message(request))
        contract, seen = self._contract, request.observation
        parts = [mapping.get(answer, part.key) for part in contract.actions]
        rows = mapping.from_now(contract, mapping.targets_of(contract, parts, seen.positions), request.committed)
        said = answer.get(extras.KEY) if contract.extras == "tandem" else None
        return replace(_said(said), positions=rows, seconds=time.monotonic() - began)

    def close(self) -> None:
        """Hang up."""
        self._link.close()

    def _message(self, request: ChunkRequest) -> dict[str, Any]:
        contract, seen = self._contract, request.observation
        message: dict[str, Any] = {}
        for slot in self._images:
            mapping.put(message, slot.key, mapping.image_of(slot, seen))
        for part in contract.state:
            mapping.put(message, part.key, mapping.state_of(contract, part, seen.positions))
        mapping.put(message, contract.prompt, mapping.words_of(request.step))
        if contract.extras == "tandem":
            message[extras.KEY] = extras.request_fields(request, self._episode, self._robot, self._grounder)
        return message

    def _meet(self, said: Any) -> None:
        """What the server says of itself, after connecting."""
        if self._contract.extras != "tandem":
            return
        fields = extras.check_metadata(said, self._link.url)
        wanted = [slot for slot in self._contract.images if slot.camera in fields["cameras"]]
        left = set(fields["cameras"]) - {slot.camera for slot in wanted}
        if left:
            raise ModelFailure(f"{self._link.url} wants images of {', '.join(sorted(left))}, which the contract doesn't send")
        size = int(fields["image_size"])
        self._images = tuple(replace(slot, width=size, height=size, fit="crop") for slot in wanted)
        self.cameras = tuple(dict.fromkeys(slot.camera for slot in wanted))
        self.step_dt, self.rows = float(fields["step_dt"]), int(fields["rows"])


def _said(fields: Any) -> ChunkAnswer:
    """What a server of ours says besides the rows, which are still to be filled in."""
    told = fields if isinstance(fields, dict) else {}

    def number(key: str) -> float:
        value = told.get(key)
        return float(value) if isinstance(value, int | float) else float("nan")

    given = told.get("info")
    info = (
        {str(key): value for key, value in given.items() if isinstance(value, int | float | str)}
        if isinstance(given, dict)
        else {}
    )
    felt = told.get("felt")
    return ChunkAnswer(_NO_ROWS, number("done"), number("spread"), info=info, felt=felt if isinstance(felt, bool) else None)
