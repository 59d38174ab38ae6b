"""The values of a script's hyperparameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ._errors import TunegateError
from ._request import LeverValue


def merged(defaults: Mapping[str, LeverValue], asked: Mapping[str, LeverValue]) -> dict[str, Any]:
    """The values of the levers: those that a study asks for in place of the defaults, with their types."""
    unknown = [name for name in asked if name not in defaults]
    if unknown:
        raise TunegateError(
            f"The study sets {', '.join(map(repr, unknown))}, but the script has only "
            f"{', '.join(map(repr, defaults)) or 'no levers'}. Correct trainer.levers in the spec."
        )
    return {name: _typed(name, asked[name], value) if name in asked else value for name, value in defaults.items()}


def _typed(name: str, asked: LeverValue, default: LeverValue) -> LeverValue:
    if default is None or asked is None or (isinstance(asked, bool) and isinstance(default, bool)):
        return asked
    if isinstance(asked, str) and isinstance(default, str):
        return asked
    numbers = isinstance(asked, (int, float)) and not isinstance(asked, bool)
    if numbers and isinstance(default, float):
        return float(asked)
    if numbers and isinstance(default, int) and not isinstance(default, bool):
        return int(asked) if asked == int(asked) else asked
    raise TunegateError(
        f"The study sets {name!r} to {asked!r}, but the script's default is {default!r}: another type. "
        "Correct the spec."
    )


def finite(value: LeverValue) -> LeverValue:
    """A default as JSON can hold it."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
