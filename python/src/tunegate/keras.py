"""A callback for Keras 3, on any backend."""

from __future__ import annotations

from typing import Any

import keras

from ._begin import current
from ._run import Run


class TunegateCallback(keras.callbacks.Callback):
    """Reports every step to the study and every epoch's metrics; sets the rates of a range test.

    Pass it to ``model.fit(..., callbacks=[TunegateCallback()])`` after :func:`tunegate.run`. A range test sets
    ``model.optimizer.learning_rate`` before every step; an optimizer whose rate is a ``LearningRateSchedule`` gets a
    variable in its place for the test.

    Args:
        batch_size: Examples of a step, for probes. None: a probe is not possible.
        evaluations: Whether to report the metrics of every epoch. Set it to False in a script that saves
            predictions.
    """

    def __init__(self, *, batch_size: int | None = None, evaluations: bool = True) -> None:
        super().__init__()
        self._run: Run = current()
        self._batch_size = batch_size or 0
        self._evaluations = evaluations
        self._seen = 0.0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Make the rate a variable if the study will set it."""
        if self._run.mode == "range":
            self.model.optimizer.learning_rate = float(_rate(self.model.optimizer))

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Keras reports the mean loss of an epoch so far, which begins anew."""
        self._seen = 0.0

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Set the rate of the step in a range test, and note it."""
        if not self._run.active:
            return
        rate = _rate(self.model.optimizer)
        asked = self._run.learning_rate(rate)
        if self._run.mode == "range":
            self.model.optimizer.learning_rate.assign(asked)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Report the step: its own loss, from the two last means of the epoch."""
        if not self._run.active:
            self._run.report_step(0.0)
            return
        mean = float((logs or {})["loss"])
        total = mean * (batch + 1)
        loss, self._seen = total - self._seen, total
        self._run.report_step(loss, examples=self._batch_size)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Report the metrics of the epoch, and stop where the study asked to."""
        metrics = {name: value for name, value in (logs or {}).items() if name.startswith("val_")}
        if self._evaluations and metrics:
            self._run.report_evaluation(metrics, epoch=epoch + 1)
        if self._run.stop_after is not None and epoch + 1 >= self._run.stop_after:
            self.model.stop_training = True


def _rate(optimizer: Any) -> float:
    return float(keras.ops.convert_to_numpy(optimizer.learning_rate))
