"""Reports of optimizer steps. They come often, so a report only notes the values; their text is made later."""

from __future__ import annotations

import functools
import math
from typing import Any

from ._events import EventLog, number


class StepReports:
    """Writes the steps of a run to its file of events.

    A loss on a GPU is copied there and read when its line is written, so that a report does not wait for the device.
    Values on the host are read at once: a tensor would keep the graph of its step alive.
    """

    not_finite: int
    """Losses in a row that are not finite, among those that were read."""

    def __init__(self, log: EventLog) -> None:
        self.not_finite = 0
        self._log = log

    def add(self, step: int, loss: Any, rate: float | None, grad_norm: Any, clipped: bool | None) -> None:
        """Report a step; see :meth:`Run.report_step`."""
        if _waits(loss) or (grad_norm is not None and _waits(grad_norm)):
            line = functools.partial(self._read, step, _kept(loss), rate, _kept(grad_norm), clipped)
        else:
            value = scalar(loss)
            # The difference of a number that is not finite to itself is not a number.
            self.not_finite = 0 if value - value == 0.0 else self.not_finite + 1
            norm = None if grad_norm is None else scalar(grad_norm)
            line = functools.partial(_text, step, value, rate, norm, clipped)
        self._log.add(line)

    def _read(self, step: int, loss: Any, rate: float | None, grad_norm: Any, clipped: bool | None) -> str:
        value = scalar(loss)
        self.not_finite = 0 if math.isfinite(value) else self.not_finite + 1
        return _text(step, value, rate, None if grad_norm is None else scalar(grad_norm), clipped)


def scalar(value: Any) -> float:
    """Return a number of any library. PyTorch warns about ``float`` of a tensor with a gradient, not about ``item``."""
    item = getattr(value, "item", None)
    return float(value if item is None else item())


def _text(step: int, loss: float, rate: float | None, norm: float | None, clipped: bool | None) -> str:
    text = f'{{"type": "step", "step": {step}, "loss": {number(loss)}'
    if norm is not None:
        text += f', "grad_norm": {number(norm)}'
    if rate is not None:
        text += f', "learning_rate": {number(rate)}'
    if clipped is not None:
        text += ', "clipped": true' if clipped else ', "clipped": false'
    return text + "}"


def _waits(value: Any) -> bool:
    """Whether reading a number would wait for a device, as PyTorch says. Other libraries say nothing, and are read."""
    return not getattr(value, "is_cpu", True)


def _kept(value: Any) -> Any:
    """A copy on the device that later steps do not overwrite."""
    return value.detach().clone() if _waits(value) else value
