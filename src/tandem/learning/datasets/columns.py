"""Columns between numpy and Arrow, in the layout that Hugging Face's `datasets` reads: nested lists, images as bytes."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tandem.learning.datasets.features import Feature, Features

IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
"""An encoded picture."""

_PRIMITIVE = {"float32": pa.float32(), "int64": pa.int64(), "bool": pa.bool_()}


def arrow_type(feature: Feature) -> pa.DataType:
    """How a column is stored: a number, a list of fixed length, or lists of lists."""
    if feature.is_picture:
        return IMAGE
    kind = _PRIMITIVE[feature.dtype]
    if feature.shape == (1,):
        return kind
    if len(feature.shape) == 1:
        return pa.list_(kind, feature.shape[0])
    for _ in feature.shape:
        kind = pa.list_(kind)
    return kind


def to_arrow(values: NDArray[Any], feature: Feature) -> pa.Array:
    """A column from values of shape (N, *feature.shape), or (N,) for single numbers.

    Raises:
        ValueError: the values have another shape.
    """
    rows = len(values)
    wanted = (rows,) if feature.shape == (1,) else (rows, *feature.shape)
    if values.shape != wanted:
        raise ValueError(f"values have shape {values.shape}, expected {wanted}")
    column = pa.array(np.ascontiguousarray(values, dtype=feature.numpy).reshape(-1), type=_PRIMITIVE[feature.dtype])
    if feature.shape == (1,):
        return column
    if len(feature.shape) == 1:
        return pa.FixedSizeListArray.from_arrays(column, feature.shape[0])
    for length in reversed(feature.shape):
        offsets = np.arange(0, len(column) + 1, length, dtype=np.int32)
        column = pa.ListArray.from_arrays(pa.array(offsets), column)
    return column


def to_numpy(column: pa.ChunkedArray, feature: Feature) -> NDArray[Any]:
    """The inverse of `to_arrow`."""
    parts = [_flat(chunk).reshape(-1, *(() if feature.shape == (1,) else feature.shape)) for chunk in column.chunks]
    return np.concatenate(parts) if parts else np.zeros((0, *feature.shape), feature.numpy)


def _flat(chunk: pa.Array) -> NDArray[Any]:
    while isinstance(chunk, (pa.ListArray, pa.FixedSizeListArray, pa.LargeListArray)):
        chunk = chunk.flatten()
    return np.asarray(chunk.to_numpy(zero_copy_only=False))


def images_to_arrow(encoded: Sequence[bytes]) -> pa.Array:
    """A column of encoded pictures."""
    return pa.StructArray.from_arrays([pa.array(encoded, pa.binary()), pa.nulls(len(encoded), pa.string())], fields=list(IMAGE))


def schema(features: Features) -> pa.Schema:
    """Of a file of frames; videos are not in it. Its metadata tells `datasets` what the columns are."""
    stored = {key: feature for key, feature in features.items() if feature.dtype != "video"}
    told = {"info": {"features": {key: _told(feature) for key, feature in stored.items()}}}
    return pa.schema([(key, arrow_type(feature)) for key, feature in stored.items()], metadata={"huggingface": json.dumps(told)})


def _told(feature: Feature) -> dict[str, Any]:
    if feature.is_picture:
        return {"_type": "Image"}
    if feature.shape == (1,):
        return {"dtype": feature.dtype, "_type": "Value"}
    if len(feature.shape) == 1:
        return {"feature": {"dtype": feature.dtype, "_type": "Value"}, "length": feature.shape[0], "_type": "List"}
    return {"shape": list(feature.shape), "dtype": feature.dtype, "_type": f"Array{len(feature.shape)}D"}
