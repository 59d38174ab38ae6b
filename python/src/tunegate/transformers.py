"""A callback for the ``Trainer`` of Hugging Face Transformers."""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback

from ._begin import current
from ._run import Run


class TunegateCallback(TrainerCallback):
    """Reports every logged step to the study and every evaluation's metrics; sets the rates of a range test.

    Pass it to ``Trainer(..., callbacks=[TunegateCallback()])`` after :func:`tunegate.run`, with
    ``TrainingArguments(num_train_epochs=run.epochs, logging_steps=1, ...)``: the loss of a step is known only where
    the trainer logs.

    Args:
        evaluations: Whether to report the metrics of evaluations, by their names (``eval_loss``). Set it to False
            in a script that saves predictions.
    """

    def __init__(self, *, evaluations: bool = True) -> None:
        self._run: Run = current()
        self._evaluations = evaluations

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Watch the optimizer."""
        optimizer: Any = kwargs.get("optimizer")
        # Accelerate wraps the optimizer that steps.
        self._run.watch(getattr(optimizer, "optimizer", optimizer))

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """Report the step whose loss is logged."""
        logs = logs or {}
        if "loss" in logs:
            examples = args.train_batch_size * args.gradient_accumulation_steps
            norm = logs.get("grad_norm")
            self._run.report_step(logs["loss"], grad_norm=norm, examples=examples, step=state.global_step)

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        """Report the metrics of an evaluation."""
        numbers = {name: value for name, value in (metrics or {}).items() if isinstance(value, (int, float))}
        if self._evaluations and numbers:
            self._run.report_evaluation(numbers, epoch=state.epoch)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Stop where the study asked to."""
        if self._run.stop_after is not None and round(state.epoch or 0) >= self._run.stop_after:
            control.should_training_stop = True
