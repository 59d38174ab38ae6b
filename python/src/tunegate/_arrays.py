"""Arrays of any library as plain numbers, ``.npy`` files without NumPy, and digests of weights."""

from __future__ import annotations

import hashlib
import os
import struct
import sys
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ._errors import TunegateError

FLOATS = {"float16": "<f4", "bfloat16": "<f4", "float32": "<f4", "float64": "<f8"}


class Block:
    """An array in memory: its type in ``.npy`` files, its shape, and its bytes in row-major, little-endian order."""

    def __init__(self, dtype: str, shape: tuple[int, ...], data: bytes) -> None:
        self.dtype = dtype
        self.shape = shape
        self.data = data


def to_host(values: Any) -> Any:
    """Return an array of PyTorch, JAX or TensorFlow as one of NumPy; anything else as it is."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        if str(values.dtype) == "torch.bfloat16":
            values = values.float()
        return values.numpy()
    if not isinstance(values, (list, tuple)) and hasattr(values, "__array__"):
        import numpy

        return numpy.asarray(values)
    return values


def floats(values: Any, what: str) -> Block:
    """Return numbers as a block of float32 or float64.

    Args:
        values: An array of NumPy, PyTorch, JAX or TensorFlow, or nested lists of numbers.
        what: The name of the array in errors.

    Raises:
        TunegateError: The values are not numbers, or the rows have different lengths.
    """
    values = to_host(values)
    if hasattr(values, "dtype"):
        if values.dtype.kind not in "fiubV" or (values.dtype.kind == "V" and str(values.dtype) not in FLOATS):
            raise TunegateError(f"{what}: expected numbers, found an array of {values.dtype}.")
        dtype = FLOATS.get(str(values.dtype), "<f8")
        return Block(dtype, tuple(values.shape), values.astype(dtype).tobytes(order="C"))
    shape, flat = _flatten(values, what)
    try:
        data = array("d", flat)
    except TypeError as error:
        raise TunegateError(f"{what}: expected numbers: {error}.") from error
    return Block("<f8", shape, _little(data))


def classes(values: Any, what: str) -> Block:
    """Return class indices as a block of int64.

    Raises:
        TunegateError: A value is not a whole number from 0 up.
    """
    block = floats(values, what)
    numbers = array("d" if block.dtype == "<f8" else "f", block.data)
    if sys.byteorder == "big":
        numbers.byteswap()
    for row, value in enumerate(numbers):
        if not value >= 0 or value != int(value):
            raise TunegateError(f"{what}: expected class indices from 0, found {value} in row {row}.")
    return Block("<i8", block.shape, _little(array("q", map(int, numbers))))


def write_npy(path: Path, block: Block) -> None:
    """Write a block as a ``.npy`` file of version 1.0. A reader never finds half a file."""
    shape = f"({', '.join(map(str, block.shape))}{',' if len(block.shape) == 1 else ''})"
    header = f"{{'descr': '{block.dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    # Magic, version, length and header together fill a multiple of 64 bytes; the header ends in a line break.
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    partial = path.with_name(path.name + ".partial")
    with open(partial, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode("latin1"))
        file.write(block.data)
    os.replace(partial, path)


def weights_sha256(weights: Any) -> str:
    """Return the SHA-256 of weights: equal weights in equal order have equal digests.

    Args:
        weights: A PyTorch module or state dict, a Keras model, or arrays: a mapping, or any iterable.

    Returns:
        64 hexadecimal digits, for ``end(weights_sha256=...)``.
    """
    if hasattr(weights, "state_dict"):
        weights = weights.state_dict()
    elif hasattr(weights, "get_weights"):
        weights = weights.get_weights()
    named: Iterable[tuple[str, Any]]
    if isinstance(weights, Mapping):
        named = ((str(name), value) for name, value in weights.items())
    else:
        named = ((str(index), value) for index, value in enumerate(weights))
    digest = hashlib.sha256()
    for name, value in named:
        block = floats(value, f"weights {name}")
        digest.update(f"{name} {block.dtype} {block.shape}\n".encode())
        digest.update(block.data)
    return digest.hexdigest()


def _flatten(values: Any, what: str) -> tuple[tuple[int, ...], list[Any]]:
    if not isinstance(values, (list, tuple)):
        return (), [values]
    parts = [_flatten(value, what) for value in values]
    shapes = {shape for shape, _ in parts}
    if len(shapes) > 1:
        raise TunegateError(f"{what}: the rows have different shapes: {', '.join(map(str, sorted(shapes)[:3]))}.")
    inner = shapes.pop() if shapes else ()
    return (len(parts), *inner), [value for _, flat in parts for value in flat]


def _little(numbers: array[Any]) -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()
