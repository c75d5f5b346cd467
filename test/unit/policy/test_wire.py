"""Messages as bytes, in both dialects."""

import io
import pickle

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tandem.policy.remote import wire
from tandem.policy.remote.wire import WireError

KINDS = st.sampled_from([np.dtype(text) for text in ("<f4", "<f8", "|u1", "<i8", "|b1", ">f4")])
DIALECTS = [(wire.pack_openpi, wire.unpack_openpi), (wire.pack_groot, wire.unpack_groot)]


@pytest.mark.parametrize("dialect", DIALECTS, ids=["openpi", "groot"])
@given(array=arrays.arrays(KINDS, arrays.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4)))
def test_arrays_come_back_as_they_went(dialect: tuple, array: np.ndarray) -> None:
    pack, unpack = dialect
    back = unpack(pack({"nested": {"images/a": array}, "prompt": "put it there", "list": [1, 2.5, None, True]}))
    assert back["prompt"] == "put it there"
    assert back["list"] == [1, 2.5, None, True]
    found = back["nested"]["images/a"]
    assert found.shape == array.shape
    assert found.dtype == array.dtype
    assert np.array_equal(found, array, equal_nan=array.dtype.kind == "f")


def test_openpis_own_client_reads_and_writes_the_same_bytes() -> None:
    theirs = pytest.importorskip("openpi_client.msgpack_numpy")
    message = {"state": np.arange(14.0), "images": {"cam_high": np.zeros((3, 4, 4), np.uint8)}, "ok": np.float32(2.5)}
    assert wire.pack_openpi(message) == theirs.packb(message)
    back = theirs.unpackb(wire.pack_openpi(message))
    assert np.array_equal(back["state"], message["state"])
    assert wire.unpack_openpi(theirs.packb(message))["ok"] == np.float32(2.5)


def test_the_bytes_are_those_of_openpis_format() -> None:
    """Built by hand from the published format, for where the client package isn't installed."""
    state = np.arange(3, dtype=np.float32)
    array = {b"__ndarray__": True, b"data": state.tobytes(), b"dtype": "<f4", b"shape": (3,)}
    number = {b"__npgeneric__": True, b"data": 2.5, b"dtype": "<f4"}
    assert wire.pack_openpi({"state": state, "x": np.float32(2.5)}) == msgpack.packb({"state": array, "x": number})


def test_what_groots_server_sends_is_read() -> None:
    """Built by hand from the documented format: an .npy file in a map."""
    stream = io.BytesIO()
    np.save(stream, np.full((1, 16, 6), 0.5, np.float32))
    array = {"__ndarray_class__": True, "as_npy": stream.getvalue()}
    config = {"__ModalityConfig_class__": True, "as_json": {"modality_keys": ["left_arm"], "delta_indices": [0]}}
    reply = msgpack.packb([{"left_arm": array}, {"config": config}])
    action, info = wire.unpack_groot(reply)
    assert action["left_arm"].shape == (1, 16, 6)
    assert info["config"]["modality_keys"] == ["left_arm"]


class Evil:
    """Would run code when unpickled."""

    def __reduce__(self) -> tuple:
        return (pytest.fail, ("code of a message was run",))


def test_objects_are_neither_sent_nor_read() -> None:
    objects = np.array([Evil()], dtype=object)
    for pack, _ in DIALECTS:
        with pytest.raises(WireError, match="could only be read by unpickling"):
            pack({"actions": objects})
    header = {b"__ndarray__": True, b"data": pickle.dumps(Evil()), b"dtype": "|O", b"shape": [1]}
    with pytest.raises(WireError, match="could only be read by unpickling"):
        wire.unpack_openpi(msgpack.packb({"actions": header}))
    stream = io.BytesIO()
    np.save(stream, objects, allow_pickle=True)
    with pytest.raises(WireError):
        wire.unpack_groot(msgpack.packb({"__ndarray_class__": True, "as_npy": stream.getvalue()}))
    with pytest.raises(WireError):
        wire.unpack_openpi(pickle.dumps({"actions": 1}))


@pytest.mark.parametrize(
    "entries",
    [
        {b"__ndarray__": True, b"data": b"\0" * 8, b"dtype": "<f8", b"shape": [2]},
        {b"__ndarray__": True, b"data": b"\0" * 8, b"dtype": "<f8", b"shape": [-1]},
        {b"__ndarray__": True, b"data": b"\0" * 8, b"dtype": "<f8"},
        {b"__ndarray__": True, b"data": "text", b"dtype": "<f8", b"shape": [1]},
        {b"__ndarray__": True, b"data": b"\0" * 8, b"dtype": "f4,f4", b"shape": [1]},
        {b"__ndarray__": True, b"data": b"\0" * 8, b"dtype": "nonsense", b"shape": [1]},
        {b"__npgeneric__": True, b"data": 1.0, b"dtype": 7},
    ],
)
def test_maps_that_lie_are_refused(entries: dict) -> None:
    with pytest.raises(WireError):
        wire.unpack_openpi(msgpack.packb(entries))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_an_error(data: bytes) -> None:
    for _, unpack in DIALECTS:
        try:
            unpack(data)
        except WireError:
            continue


def test_what_is_no_message_is_said_in_words() -> None:
    with pytest.raises(WireError, match="expected a binary message, got str"):
        wire.unpack_openpi("text")  # type: ignore[arg-type]
    with pytest.raises(WireError, match="a Evil can't be sent"):
        wire.pack_openpi({"a": Evil()})
    with pytest.raises(WireError, match="65 MiB is too long"):
        wire.unpack_openpi(b"\0" * (65 * 2**20))
