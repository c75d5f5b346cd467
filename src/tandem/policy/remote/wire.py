"""Messages with arrays as bytes: msgpack, with numpy arrays the way openpi's servers and the way GR00T's write them.

Both are msgpack maps that stand for an array. Arrays of objects, which numpy could only read by unpickling, are refused in both
directions, as are maps that say one thing and hold another.
"""

import io
import math
from typing import Any, Final

import msgpack
import numpy as np

LARGEST_MESSAGE: Final = 64 * 1024 * 1024
"""Longer messages are refused [bytes]."""

_KINDS: Final = "biuf"
"""numpy's kinds of truth values, integers and floating point numbers."""

_TEXT_KINDS: Final = "US"


class WireError(ValueError):
    """Bytes that are no message, or a message that can't be sent."""


def pack_openpi(message: Any) -> bytes:
    """A message as openpi's clients and servers read it.

    Raises:
        WireError: it holds something that can't be sent.
    """
    return _packed(message, _openpi_map)


def unpack_openpi(data: bytes) -> Any:
    """A message of an openpi client or server; arrays are read-only.

    Raises:
        WireError: these bytes are no such message.
    """
    return _unpacked(data, _openpi_array)


def pack_groot(message: Any) -> bytes:
    """A message as GR00T's server reads it.

    Raises:
        WireError: it holds something that can't be sent.
    """
    return _packed(message, _groot_map)


def unpack_groot(data: bytes) -> Any:
    """A message of GR00T's server.

    Raises:
        WireError: these bytes are no such message.
    """
    return _unpacked(data, _groot_array)


def _packed(message: Any, encode: Any) -> bytes:
    try:
        data = msgpack.packb(message, default=encode)
    except (TypeError, ValueError, OverflowError) as error:
        raise error if isinstance(error, WireError) else WireError(f"a message can't be sent: {error}") from error
    assert isinstance(data, bytes)
    return data


def _unpacked(data: bytes, decode: Any) -> Any:
    if not isinstance(data, bytes | bytearray | memoryview):
        raise WireError(f"expected a binary message, got {type(data).__name__}")
    if len(data) > LARGEST_MESSAGE:
        raise WireError(f"a message of {len(data) / 2**20:.0f} MiB is too long")
    try:
        return msgpack.unpackb(data, object_hook=decode)
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"a message can't be read: {error}") from error


def _openpi_map(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        _check_kind(value.dtype, _KINDS + _TEXT_KINDS)
        return {b"__ndarray__": True, b"data": value.tobytes(), b"dtype": value.dtype.str, b"shape": value.shape}
    if isinstance(value, np.generic):
        _check_kind(value.dtype, _KINDS + _TEXT_KINDS)
        return {b"__npgeneric__": True, b"data": value.item(), b"dtype": value.dtype.str}
    raise WireError(f"a {type(value).__name__} can't be sent")


def _openpi_array(entries: dict[Any, Any]) -> Any:
    if b"__ndarray__" in entries:
        kind = _kind(entries.get(b"dtype"))
        return _array(entries.get(b"data"), kind, entries.get(b"shape"))
    if b"__npgeneric__" in entries:
        return _kind(entries.get(b"dtype")).type(entries.get(b"data"))
    return entries


def _groot_map(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        _check_kind(value.dtype, _KINDS)
        stream = io.BytesIO()
        np.save(stream, value, allow_pickle=False)
        return {"__ndarray_class__": True, "as_npy": stream.getvalue()}
    if isinstance(value, np.generic):
        _check_kind(value.dtype, _KINDS)
        return value.item()
    raise WireError(f"a {type(value).__name__} can't be sent")


def _groot_array(entries: dict[Any, Any]) -> Any:
    if "__ndarray_class__" in entries:
        content = entries.get("as_npy")
        if not isinstance(content, bytes):
            raise WireError("an array without its bytes")
        array = np.load(io.BytesIO(content), allow_pickle=False)
        _check_kind(array.dtype, _KINDS)
        return array
    if "__ModalityConfig_class__" in entries:
        return entries.get("as_json")
    return entries


def _kind(text: Any) -> np.dtype[Any]:
    if not isinstance(text, str):
        raise WireError("an array without its type")
    try:
        kind = np.dtype(text)
    except TypeError as error:
        raise WireError(f"'{text}' is no type of numbers") from error
    _check_kind(kind, _KINDS + _TEXT_KINDS)
    return kind


def _check_kind(kind: np.dtype[Any], allowed: str) -> None:
    if kind.kind == "O":
        raise WireError("an array of objects is refused: it could only be read by unpickling, which runs code")
    if kind.kind not in allowed:
        raise WireError(f"arrays of type '{kind.str}' aren't sent; make them float32, float64, integers or uint8")


def _array(data: Any, kind: np.dtype[Any], shape: Any) -> Any:
    if not isinstance(data, bytes) or not isinstance(shape, list | tuple):
        raise WireError("an array without its bytes or shape")
    if not all(isinstance(side, int) and side >= 0 for side in shape):
        raise WireError(f"an array of shape {shape}")
    if math.prod(shape) * kind.itemsize != len(data):
        raise WireError(f"an array of shape {tuple(shape)} and type {kind.str} in {len(data)} bytes")
    return np.frombuffer(data, dtype=kind).reshape(shape)
