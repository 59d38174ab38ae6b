"""Tables for the reading benchmark, and pandas and pyarrow reading them.

    python peers.py make FOLDER ROWS COLUMNS
    python peers.py read LIBRARY FILE
"""

import json
import resource
import sys
import time
from pathlib import Path


def make(folder: Path, rows: int, columns: int) -> None:
    """Writes the same kind of table three times, each with a target of three classes in the last column `y`.

    `short`: floats with five decimals and integers. `long`: floats with all of their 17 digits. `texts`: a category in each
    second column, one of them in quotes.
    """
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(1)
    classes = random.integers(0, 3, rows)

    def written(name: str, column) -> None:
        table = pd.DataFrame({f"x{i}": column(i) for i in range(columns - 1)})
        table["y"] = classes
        table.to_csv(folder / f"{name}.csv", index=False)
        table.to_parquet(folder / f"{name}.parquet")
        table.to_feather(folder / f"{name}.feather")

    def short(i: int):
        return random.integers(0, 100_000, rows) if i % 4 == 0 else random.normal(size=rows).round(5)

    words = np.array(["red", "green", "dark blue", "yellow, or so"])
    written("short", short)
    written("long", lambda i: random.normal(size=rows))
    written("texts", lambda i: words[random.integers(0, 4 if i == 1 else 3, rows)] if i % 2 else short(i))


def read(library: str, file: str) -> None:
    """Prints seconds of all processors, seconds of the clock and the peak in MiB of reading one file into memory."""
    if library == "pandas":
        import pandas as pd

        readers = {"csv": pd.read_csv, "parquet": pd.read_parquet, "feather": pd.read_feather}
    else:
        from pyarrow import csv, feather, parquet

        readers = {"csv": csv.read_csv, "parquet": parquet.read_table, "feather": feather.read_table}
    reader = readers[Path(file).suffix[1:]]
    processor, clock = time.process_time(), time.perf_counter()
    table = reader(file)
    figures = {
        "processor": time.process_time() - processor,
        "clock": time.perf_counter() - clock,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "rows": len(table),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    else:
        read(sys.argv[2], sys.argv[3])
