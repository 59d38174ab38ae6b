"""Reads the files that values.ts wrote with pandas, pyarrow or NumPy, and compares every value.

    python values.py FOLDER       # needs pandas and pyarrow

Prints how many files were compared, how many the oracle refuses, and where a value differs, as JSON.
"""

import csv
import datetime
import decimal
import io
import json
import math
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

csv.field_size_limit(1 << 30)

# As src/data/cells.ts lists them.
MISSING = {'', 'NA', 'N/A', 'NaN', 'nan', 'NAN', 'null', 'NULL', '?', '<NA>', 'NaT', '-nan', '-NaN', '\\N', '#N/A', '#N/A N/A',
           '#NA', '#DIV/0!', '#VALUE!', '#REF!', '#NAME?', '#NUM!', '#NULL!', '1.#QNAN', '1.#IND', '-1.#IND'}
LARGEST = 3.4028235677973362e38


def delimited(path: Path, found: dict) -> list[list]:
    """Columns of texts, as Python's reader splits them. Blank lines have no cells."""
    text = path.read_bytes().decode('utf-8-sig')
    rows = [row for row in csv.reader(io.StringIO(text, newline=''),
                                      delimiter=found['delimiter'], skipinitialspace=found['delimiter'] != '\t', strict=True)]
    rows = [row for row in rows if any(strip(cell) for cell in row) or len(row) > 1]
    while rows and (rows[0][0].lstrip().startswith('#') or rows[0][0].lower().startswith('sep=')) and len(rows[0]) != len(found['names']):
        rows.pop(0)
    rows = rows[1:] if found['header'] else rows
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in found['names']]


def json_lines(path: Path, found: dict) -> list[list]:
    return objects([json.loads(line) for line in path.read_bytes().decode('utf-8-sig').split('\n') if line.strip()], found)


def objects(rows: list, found: dict) -> list[list]:
    if isinstance(rows[0], list):
        return [list(column) for column in zip(*rows, strict=True)]
    return [[row[name] for row in rows] for name in found['names']]


def arrays(content: np.ndarray) -> list[list]:
    return [content.reshape(len(content), -1)[:, i].tolist() for i in range(int(np.prod(content.shape[1:], dtype=int)))]


def columns_of(path: Path, found: dict) -> list[list]:
    match path.suffix:
        case '.csv' | '.tsv':
            return delimited(path, found)
        case '.jsonl':
            return json_lines(path, found)
        case '.json':
            return objects(json.loads(path.read_text('utf-8-sig')), found)
        case '.npy':
            return arrays(np.load(path, allow_pickle=False))
        case '.npz':
            file = np.load(path, allow_pickle=False)
            named = {name: arrays(file[name]) for name in file.files}
            # A column is named after its array, or by its place in the array of inputs.
            inputs = next((name for name in ('x', 'inputs', 'data', 'features', 'images') if name in named), None)
            return [named[name][0] if name in named else named[inputs][int(name)] for name in found['names']]
        case '.parquet':
            return table(pq.ParquetFile(path).read(), found)
        case '.arrow':
            with pa.OSFile(str(path)) as file:
                is_file = file.read(6) == b'ARROW1'
                file.seek(0)
                whole = (pa.ipc.open_file(file) if is_file else pa.ipc.open_stream(file)).read_all()
            whole.validate(full=True)
            return table(whole, found)
    raise ValueError(path.suffix)


def table(content: pa.Table, found: dict) -> list[list]:
    return [content.column(i).to_pylist() for i in range(content.num_columns)]


def number_of(text: str) -> float | None:
    """As src/data/cells.ts reads a decimal number."""
    try:
        value = float(text) if '_' not in text and text.isascii() and text.isprintable() else None
    except ValueError:
        return None
    return value


# What JavaScript takes for blanks.
BLANKS = ' \t\n\r\x0b\x0c\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff' + ''.join(map(chr, range(0x2000, 0x200B)))


def strip(text: str) -> str:
    return text.strip(BLANKS)


def differs(expected, number: float | None, text: str | None) -> bool:
    """Whether a value is neither the number nor the text that was read."""
    number = None if number is None else float(number)
    if isinstance(expected, bool) and text in ('0', '1'):
        return number != float(expected)  # an array of booleans holds numbers
    if isinstance(expected, bool):
        return text not in ('true', 'false') or (text == 'true') != expected if text is not None else True
    if isinstance(expected, decimal.Decimal):
        expected = float(expected)
    if isinstance(expected, (int, float)):
        if isinstance(expected, float) and math.isnan(expected):
            return text is not None
        if abs(expected) > LARGEST:
            return number is not None
        return number != float(expected) and not (abs(expected) > 2**53 and text == str(expected))
    if isinstance(expected, (datetime.date, datetime.time, datetime.timedelta)):
        return False
    if isinstance(expected, bytes):
        return text != expected.hex()
    if expected is None:
        return text is not None or number is not None
    if not isinstance(expected, str):
        return True
    stripped = strip(expected)
    if text is None:
        return stripped not in MISSING
    if strip(text) != stripped:
        return True
    value = number_of(stripped)
    if number is None:
        return value is not None and math.isfinite(value) and abs(value) <= LARGEST
    return value != number


def main(folder: Path) -> None:
    compared, refused, differ = 0, 0, []
    for line in filter(None, (folder / 'found.jsonl').read_text('utf-8').split('\n')):
        found = json.loads(line)
        path = folder / found['file']
        try:
            columns = columns_of(path, found)
        except Exception as error:  # noqa: BLE001: whatever it is, the oracle refuses the file
            refused += 1
            print(f"{found['file']}: {type(error).__name__}: {str(error)[:200]}")
            continue
        compared += 1
        why = difference(columns, found)
        if why:
            differ.append({'file': found['file'], 'why': why})
    print(json.dumps({'compared': compared, 'refused': refused, 'differ': differ}))


def difference(columns: list[list], found: dict) -> str | None:
    if len(columns) != len(found['names']):
        return f"{len(found['names'])} columns, expected {len(columns)}"
    for name, expected, numbers, texts in zip(found['names'], columns, found['numbers'], found['texts']):
        if len(expected) != len(numbers):
            return f'{len(numbers)} rows, expected {len(expected)}'
        for row, (value, number, text) in enumerate(zip(expected, numbers, texts)):
            if differs(value, number, text):
                return f'{name}, row {row}: {number!r} {text!r}, expected {value!r}'
    return None


if __name__ == '__main__':
    main(Path(sys.argv[1]))
