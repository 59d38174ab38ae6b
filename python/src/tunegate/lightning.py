"""A callback for Lightning 2 (``lightning`` or ``pytorch_lightning``)."""

from __future__ import annotations

from typing import Any

try:
    from lightning.pytorch.callbacks import Callback
except ImportError:
    from pytorch_lightning.callbacks import Callback

from ._begin import current
from ._run import Run


class TunegateCallback(Callback):
    """Reports every step to the study and the validation's metrics; sets the rates of a range test.

    Pass it to ``Trainer(callbacks=[TunegateCallback()], max_epochs=run.epochs)`` after :func:`tunegate.run`. The
    loss is what ``training_step`` returns. Metrics are those that the module logs in its validation, by their names.

    Args:
        evaluations: Whether to report the logged metrics. Set it to False in a script that saves predictions.
    """

    def __init__(self, *, evaluations: bool = True) -> None:
        super().__init__()
        self._run: Run = current()
        self._evaluations = evaluations
        self._examples = 0
        self._before = 0

    def setup(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """Leave out validations in a range test and a probe, which evaluate nothing."""
        if stage == "fit" and self._run.mode in ("range", "probe"):
            trainer.limit_val_batches = 0
            trainer.num_sanity_val_steps = 0

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Watch the optimizers."""
        for optimizer in trainer.optimizers:
            self._run.watch(optimizer)
        self._before = trainer.global_step

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        """Report the step, once for all batches whose gradients it accumulated."""
        self._examples += _rows(batch)
        if trainer.global_step == self._before:
            return
        self._before = trainer.global_step
        loss = outputs["loss"] if isinstance(outputs, dict) else outputs
        examples, self._examples = self._examples, 0
        self._run.report_step(loss * trainer.accumulate_grad_batches, examples=examples)

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        """Report the metrics of a validation; not those of the sanity check."""
        if trainer.sanity_checking or not self._evaluations:
            return
        metrics: dict[str, float] = {name: float(value) for name, value in trainer.callback_metrics.items()}
        if metrics:
            self._run.report_evaluation(metrics, epoch=trainer.current_epoch + 1)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Stop where the study asked to."""
        if self._run.stop_after is not None and trainer.current_epoch + 1 >= self._run.stop_after:
            trainer.should_stop = True


def _rows(batch: Any) -> int:
    """Examples of a batch: the length of its first tensor."""
    if isinstance(batch, dict):
        batch = list(batch.values())
    if isinstance(batch, (list, tuple)):
        return _rows(batch[0]) if batch else 0
    return int(batch.shape[0]) if getattr(batch, "shape", ()) else 0
