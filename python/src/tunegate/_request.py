"""What a study asks for: the file that ``TUNEGATE_RUN_FILE`` names."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union

from ._errors import TunegateError

PROTOCOL = 1
MODES = ("describe", "train", "range", "probe")
MAX_REQUEST_BYTES = 16 * 1024 * 1024

LeverValue = Union[int, float, str, bool, None]
"""A hyperparameter: a number, a text, true or false, or None."""


@dataclass(frozen=True)
class Seeds:
    """Independent seeds, each from 0 to 2**31 - 1, for scripts that seed their parts separately."""

    init: int
    """Seed of the initial weights."""
    order: int
    """Seed of the order of the rows."""
    dropout: int
    """Seed of dropout."""
    augmentation: int
    """Seed of augmentation."""


@dataclass(frozen=True)
class RangeTest:
    """A learning-rate range test: the rate grows geometrically from step to step."""

    start: float
    """Learning rate of the first step; greater than 0."""
    stop: float
    """Learning rate of the last step; greater than 0."""
    steps: int
    """Number of steps; at least 2."""

    def rate(self, index: int) -> float:
        """Return the learning rate of step ``index``, counted from 0; past the last step, that of the last."""
        share = min(index, self.steps - 1) / (self.steps - 1)
        return float(self.start * (self.stop / self.start) ** share)


@dataclass(frozen=True)
class Request:
    """A request, checked."""

    mode: str
    seed: int
    seeds: Seeds
    levers: dict[str, LeverValue]
    epochs: int | None
    stop_after: int | None
    test: bool
    range: RangeTest | None
    probe_steps: int | None
    resume: str | None
    output_dir: Path
    events: Path


def read_request(env: Mapping[str, str]) -> Request | None:
    """Read the request that the environment names.

    Returns:
        The request, or None outside a study.

    Raises:
        TunegateError: The request cannot be read, or is not one of this protocol.
    """
    name = env.get("TUNEGATE_RUN_FILE")
    if not name:
        return None
    events = env.get("TUNEGATE_EVENTS")
    if not events:
        raise TunegateError("TUNEGATE_RUN_FILE is set, but TUNEGATE_EVENTS is not. Unset both, or set both.")
    try:
        with open(name, "rb") as file:
            text = file.read(MAX_REQUEST_BYTES + 1)
        if len(text) > MAX_REQUEST_BYTES:
            raise TunegateError(f"{name}: a request has at most {MAX_REQUEST_BYTES} bytes.")
        data = json.loads(text)
    except OSError as error:
        raise TunegateError(f"{name}: TUNEGATE_RUN_FILE cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise TunegateError(f"{name}: TUNEGATE_RUN_FILE is not JSON: {error}.") from error
    return _Reader(name, data).request(Path(events))


class _Reader:
    def __init__(self, name: str, data: object) -> None:
        self.name = name
        if not isinstance(data, dict):
            raise self.wrong("", "an object", data)
        self.data: dict[str, Any] = data

    def wrong(self, key: str, expected: str, found: object) -> TunegateError:
        place = f"{self.name}: {key}" if key else self.name
        return TunegateError(f"{place}: expected {expected}, found {json.dumps(found)[:80]}.")

    def integer(self, data: Mapping[str, Any], key: str, least: int, path: str = "") -> int:
        value = data.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.wrong(path + key, f"an integer of at least {least}", value)
        return value

    def optional(self, key: str) -> int | None:
        return None if self.data.get(key) is None else self.integer(self.data, key, 1)

    def part(self, key: str) -> dict[str, Any]:
        value = self.data.get(key)
        if not isinstance(value, dict):
            raise self.wrong(key, "an object", value)
        return value

    def rate(self, data: Mapping[str, Any], key: str) -> float:
        value = data.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
            raise self.wrong(f"range.{key}", "a number greater than 0", value)
        return float(value)

    def request(self, events: Path) -> Request:
        data = self.data
        if data.get("protocol") != PROTOCOL:
            raise TunegateError(
                f"{self.name}: this package speaks protocol {PROTOCOL}, the study speaks "
                f"{json.dumps(data.get('protocol'))[:40]}. Install the version of the package tunegate that "
                "belongs to the study."
            )
        mode = data.get("mode")
        if mode not in MODES:
            raise self.wrong("mode", f"one of {', '.join(MODES)}", mode)
        levers = self.part("levers")
        for name, value in levers.items():
            if value is not None and not isinstance(value, (int, float, str)):
                raise self.wrong(f"levers.{name}", "a number, a text, true, false or null", value)
        seeds = self.part("seeds")
        folder = data.get("output_dir")
        if not isinstance(folder, str) or not folder:
            raise self.wrong("output_dir", "a path", folder)
        resume = data.get("resume")
        if resume is not None and not isinstance(resume, str):
            raise self.wrong("resume", "a path or null", resume)
        return Request(
            mode=str(mode),
            seed=self.integer(data, "seed", 0),
            seeds=Seeds(*(self.integer(seeds, key, 0, "seeds.") for key in Seeds.__dataclass_fields__)),
            levers=levers,
            epochs=self.optional("epochs"),
            stop_after=self.optional("stop_after"),
            test=data.get("test") is True,
            range=self.range_test() if mode == "range" else None,
            probe_steps=self.integer(self.part("probe"), "steps", 1, "probe.") if mode == "probe" else None,
            resume=resume,
            output_dir=Path(folder),
            events=events,
        )

    def range_test(self) -> RangeTest:
        data = self.part("range")
        return RangeTest(self.rate(data, "from"), self.rate(data, "to"), self.integer(data, "steps", 2, "range."))


def environment() -> Mapping[str, str]:
    """Return the environment of the process."""
    return os.environ
