"""A callback for Keras 3, on any backend."""

from __future__ import annotations

from typing import Any

import keras

from ._begin import current
from ._request import RangeTest
from ._run import Run


class _RangeSchedule(keras.optimizers.schedules.LearningRateSchedule):
    """The rates of a range test, as a schedule of Keras: no rate has to be set between two compiled steps."""

    def __init__(self, test: RangeTest, begin: int) -> None:
        self._test = test
        self._begin = begin

    def __call__(self, step: Any) -> Any:
        done = keras.ops.cast(step, "float32") - self._begin
        share = keras.ops.clip(done / (self._test.steps - 1), 0.0, 1.0)
        return self._test.start * (self._test.stop / self._test.start) ** share

    def get_config(self) -> dict[str, Any]:
        return {"test": self._test, "begin": self._begin}


class TunegateCallback(keras.callbacks.Callback):
    """Reports every step to the study and every epoch's metrics; sets the rates of a range test.

    Pass it to ``model.fit(..., callbacks=[TunegateCallback()])`` after :func:`tunegate.run`, behind callbacks that
    set the learning rate. A range test replaces the rate of ``model.optimizer``, be it a number or a schedule. In a
    range test or a probe pass ``epochs`` that are enough: ``run.epochs`` is, and the last step ends the script.

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
        self._steps = 0
        self._rate: Any = 0.0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Replace the rate in a range test."""
        optimizer = self.model.optimizer
        self._steps = int(keras.ops.convert_to_numpy(optimizer.iterations))
        if self._run.range is not None:
            optimizer.learning_rate = _RangeSchedule(self._run.range, self._steps)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Begin a new mean of the loss, and read the rate. To read it in every step would copy the model's state."""
        self._seen = 0.0
        if self._run.active and self._run.range is None:
            schedule = getattr(self.model.optimizer, "_learning_rate", None)
            is_schedule = isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule)
            self._rate = schedule if is_schedule else _number(self.model.optimizer.learning_rate)

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the rate of the step."""
        if self._run.active:
            self._run.learning_rate(self._rate if isinstance(self._rate, float) else _number(self._rate(self._steps)))
        self._steps += 1

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Report the step with its own loss, which is the difference of the two last means of the epoch."""
        loss = 0.0
        if self._run.active:
            total = float((logs or {})["loss"]) * (batch + 1)
            loss, self._seen = total - self._seen, total
        self._run.report_step(loss, examples=self._batch_size)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Report the metrics of the epoch, and stop where the study asked to."""
        metrics = {name: value for name, value in (logs or {}).items() if name.startswith("val_")}
        if self._evaluations and metrics:
            self._run.report_evaluation(metrics, epoch=epoch + 1)
        if self._run.stop_after is not None and epoch + 1 >= self._run.stop_after:
            self.model.stop_training = True


def _number(value: Any) -> float:
    return float(keras.ops.convert_to_numpy(value))
