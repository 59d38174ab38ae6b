"""The file of events: whole lines only, few writes, and none from a forked child."""

from __future__ import annotations

import json
import math
import os
import threading
import time
from pathlib import Path
from typing import Any, Callable, Union

FLUSH_SECONDS = 0.5
FLUSH_LINES = 1000

Line = Union[str, Callable[[], str]]


def number(value: float) -> str:
    """Return a number as JSON; ``null`` if it is not finite."""
    return repr(value) if math.isfinite(value) else "null"


class EventLog:
    """Appends events to a file.

    A line waits in memory until half a second has passed since the last write, 1000 lines wait, or ``flush`` is
    called. Each write holds whole lines and goes to a file that is open for appending, so that lines of several
    processes do not mix. A line may be a function, which is called when it is written: a loss that is still being
    computed on a device does not hold up the training step.

    Args:
        path: The file. None drops all events.
    """

    def __init__(self, path: Path | None) -> None:
        self._lines: list[Line] = []
        self._written = time.monotonic()
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._file: int | None = None
        if path is not None:
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)

    @property
    def open(self) -> bool:
        """Whether events go anywhere. They do not in a forked child."""
        return self._file is not None and os.getpid() == self._pid

    def add(self, line: Line) -> None:
        """Append a line without its end; written now if one is due."""
        if self._file is None:
            return
        # To append is atomic, and every optimizer step comes by here: the lock is for those who write.
        lines = self._lines
        lines.append(line)
        if len(lines) >= FLUSH_LINES or time.monotonic() - self._written >= FLUSH_SECONDS:
            self.flush()

    def event(self, type: str, **fields: Any) -> None:
        """Append an event with those of the fields that are not None, and write it."""
        present = {key: value for key, value in fields.items() if value is not None}
        self.add(json.dumps({"type": type, **present}, allow_nan=False, ensure_ascii=True))
        self.flush()

    def flush(self) -> None:
        """Write what waits. A forked child, such as a data loader's worker, forgets it: its parent writes it."""
        if self._file is None:
            return
        with self._lock:
            lines = self._lines[:]
            # What another thread has appended since stays.
            del self._lines[: len(lines)]
            self._written = time.monotonic()
            if os.getpid() != self._pid:
                self._file = None
                return
            text = "".join((line if isinstance(line, str) else line()) + "\n" for line in lines)
            rest = memoryview(text.encode("ascii"))
            while rest:
                rest = rest[os.write(self._file, rest) :]

    def close(self) -> None:
        """Write what waits and drop all later events."""
        self.flush()
        if self._file is not None:
            os.close(self._file)
            self._file = None
