"""Arrays as .npy files: what NumPy reads is what was written."""

from __future__ import annotations

import io

import pytest

from tunegate import TunegateError, weights_sha256
from tunegate._arrays import classes, floats, write_npy

numpy = pytest.importorskip("numpy")


@pytest.mark.parametrize(
    "values",
    [
        [1.5, float("nan"), -0.0, 1e300],
        [[1, 2, 3], [4, 5, 6]],
        [[0.1], [0.2]],
        [],
        numpy.arange(6, dtype="float32").reshape(2, 3).T,
        numpy.arange(4, dtype="float16"),
        numpy.arange(4, dtype="int32"),
        numpy.array([True, False]),
        numpy.arange(8, dtype=">f8")[::2],
        numpy.float64(3.5),
    ],
)
def test_numpy_reads_what_was_written(tmp_path, values):
    write_npy(tmp_path / "a.npy", floats(values, "a"))
    read = numpy.load(tmp_path / "a.npy")
    expected = numpy.asarray(values)
    assert read.dtype in ("float32", "float64")
    assert read.shape == expected.shape
    numpy.testing.assert_array_equal(read, expected)
    assert [path.name for path in tmp_path.iterdir()] == ["a.npy"]


def test_the_bytes_are_those_of_numpy(tmp_path):
    values = numpy.random.default_rng(1).normal(size=(7, 10))
    write_npy(tmp_path / "a.npy", floats(values, "a"))
    buffer = io.BytesIO()
    numpy.save(buffer, values)
    written = (tmp_path / "a.npy").read_bytes()
    assert written[-values.nbytes :] == buffer.getvalue()[-values.nbytes :]
    assert (len(written) - values.nbytes) % 64 == 0


def test_class_indices_are_int64(tmp_path):
    write_npy(tmp_path / "a.npy", classes(numpy.array([3, 0, 2], dtype="uint8"), "labels"))
    read = numpy.load(tmp_path / "a.npy")
    assert read.dtype == "int64"
    assert read.tolist() == [3, 0, 2]


def test_texts_are_no_numbers():
    with pytest.raises(TunegateError, match="labels: expected numbers, found an array of <U1"):
        floats(numpy.array(["a"]), "labels")


def test_digests_depend_on_values_names_order_and_shape():
    base = {"w": numpy.ones((2, 3)), "b": numpy.zeros(3)}
    assert weights_sha256(base) == weights_sha256({name: value.copy() for name, value in base.items()})
    others = [
        {"w": numpy.ones((3, 2)), "b": numpy.zeros(3)},
        {"v": numpy.ones((2, 3)), "b": numpy.zeros(3)},
        {"b": numpy.zeros(3), "w": numpy.ones((2, 3))},
        {"w": numpy.ones((2, 3)), "b": numpy.full(3, 1e-300)},
    ]
    assert len({weights_sha256(weights) for weights in [base, *others]}) == 5
