"""Let tunegate tune and gate your own training script.

Three lines in a script::

    run = tunegate.run({"lr": 1e-3, "batch_size": 64}, epochs=20, supports={"range", "predictions"})
    run.report_step(loss)                                   # after every optimizer step
    run.save_predictions(logits, labels=y_validation)       # at least once, at the end

Outside a study the run has the script's own defaults and reports nothing. Callbacks for trainers that own the loop:
``tunegate.lightning``, ``tunegate.transformers`` and ``tunegate.keras``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._arrays import weights_sha256
from ._begin import current, run
from ._errors import Finished, TunegateError
from ._request import LeverValue, Seeds
from ._run import Run
from ._seeds import seed_everything

__version__ = "0.1.0"
__all__ = [
    "Finished",
    "LeverValue",
    "Run",
    "Seeds",
    "TunegateError",
    "checkpoint",
    "current",
    "report_evaluation",
    "report_step",
    "run",
    "save_predictions",
    "seed_everything",
    "weights_sha256",
]


def report_step(loss: Any, **details: Any) -> None:
    """Report an optimizer step of the current run: see :meth:`Run.report_step`."""
    current().report_step(loss, **details)


def report_evaluation(metrics: Mapping[str, Any], **details: Any) -> None:
    """Report metrics of the current run: see :meth:`Run.report_evaluation`."""
    current().report_evaluation(metrics, **details)


def save_predictions(predictions: Any, *, labels: Any = None, **details: Any) -> None:
    """Save and report predictions of the current run: see :meth:`Run.save_predictions`."""
    current().save_predictions(predictions, labels=labels, **details)


def checkpoint(path: Any, *, step: int | None = None) -> None:
    """Report a checkpoint of the current run: see :meth:`Run.checkpoint`."""
    current().checkpoint(path, step=step)
