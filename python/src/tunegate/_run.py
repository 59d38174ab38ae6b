"""A run of a training script: what it is asked to train, and what it reports."""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import signal
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from . import _arrays, _device
from ._errors import Finished, TunegateError
from ._events import EventLog
from ._rates import WatchedOptimizer
from ._request import PROTOCOL, LeverValue, RangeTest, Request, Seeds
from ._steps import StepReports, scalar

CAPABILITIES = ("range", "probe", "grad_norm", "predictions", "checkpoint", "test")
SPLITS = ("validation", "test")
KINDS = ("logits", "probabilities", "values")
RESUME_ME = 75
PATIENCE = 10
MANY_EPOCHS = 1_000_000
CHECKPOINTS = "tunegate-checkpoints.txt"


class Run:
    """A run of the script. Make it with :func:`tunegate.run`.

    Outside a study a run has the script's own defaults and reports nothing, so the script needs no branches.
    """

    active: bool
    """Whether a study started the script."""
    mode: str
    """``"train"``; ``"range"`` for a learning-rate range test; ``"probe"`` for a few steps that are measured."""
    levers: dict[str, Any]
    """Values of the hyperparameters, by the script's names. Each has the type of its default."""
    seed: int
    """From 0 to 2**31 - 1. Runs with equal seeds and levers should train the same."""
    seeds: Seeds
    """Seeds of the parts of the script, for scripts that seed them separately."""
    epochs: int
    """Epochs of the schedule. In a range test or a probe a million: the last step ends the script. Loop with
    :meth:`each_epoch`, which knows when to stop."""
    stop_after: int | None
    """Epochs after which to stop without shortening the schedule; None to train all epochs."""
    range: RangeTest | None
    """The learning-rate range test that the study asks for, or None. :meth:`watch` and :meth:`learning_rate` do it."""
    test: bool
    """Whether to evaluate the split ``test``. Do not read test data otherwise."""
    output_dir: Path
    """The folder of the run, for checkpoints. A study deletes it when the run ends. ``.`` outside a study."""
    resume: Path | None
    """The checkpoint to continue from, or None."""
    step: int
    """Optimizer steps that were reported."""

    def __init__(
        self,
        request: Request | None,
        levers: Mapping[str, LeverValue],
        epochs: int,
        seed: int,
        supports: Collection[str],
        reports: bool,
    ) -> None:
        self.active = request is not None
        self.mode = request.mode if request else "train"
        self.levers = dict(levers)
        self.seed = request.seed if request else seed
        self.seeds = request.seeds if request else Seeds(seed, seed, seed, seed)
        limited = request is not None and request.mode in ("range", "probe")
        self.epochs = MANY_EPOCHS if limited else request.epochs if request and request.epochs else epochs
        self.stop_after = request.stop_after if request else None
        self.test = request.test if request else False
        self.output_dir = request.output_dir if request else Path(".")
        self.resume = self.output_dir / request.resume if request and request.resume else None
        self.step = 0
        self._supports = frozenset(supports)
        self._log = EventLog(request.events if request and reports else None)
        self._steps = StepReports(self._log)
        self.range = request.range if request else None
        self._limit = self.range.steps if self.range else request.probe_steps if request else None
        self._optimizer: WatchedOptimizer | None = None
        self._rate: float | None = None
        self._validated = False
        self._ended = False
        self._failed = False
        self._interrupted = False
        self._labels: dict[str, _arrays.Block] = {}
        self._began = time.perf_counter()
        self._examples = 0
        if self.resume is not None:
            self.step = self._checkpoint_step(self.resume)

    # Control

    @property
    def finished(self) -> bool:
        """Whether everything that was asked for is reported. ``report_step`` ends the script then."""
        return self._ended

    @property
    def diverged(self) -> bool:
        """Whether the last loss that was looked at is not finite. Losses on a device are looked at twice a second."""
        return self._steps.not_finite > 0

    @property
    def interrupted(self) -> bool:
        """Whether the study asked the script to stop (SIGTERM), and it should write a checkpoint now.

        Only scripts that support ``"checkpoint"`` see this; the signal ends others at once. ``checkpoint`` then
        ends the script with exit code 75, and the study starts it again with ``resume``.
        """
        return self._interrupted

    def each_epoch(self, start: int = 0) -> Iterator[int]:
        """Yield the numbers of the epochs to train, from ``start``.

        A range test or a probe trains as many epochs as its steps need. A shortened run stops after
        ``stop_after`` epochs, while the schedule still spans ``epochs``.

        Args:
            start: The first epoch, counted from 0; above 0 after ``resume``.
        """
        last = self.epochs if self.stop_after is None else min(self.stop_after, self.epochs)
        yield from range(start, last)

    def learning_rate(self, rate: float) -> float:
        """Return the learning rate that the next step must have: that of the range test, or else ``rate``.

        For every library but PyTorch, whose optimizers :meth:`watch` takes. Call it once before every step; the
        step is reported with the rate that it returned.

        Args:
            rate: The rate of the script's own schedule; greater than or equal to 0.
        """
        asked = self._asked_rate()
        self._rate = float(rate) if asked is None else asked
        return self._rate

    def watch(self, optimizer: Any, learning_rate: float | None = None) -> None:
        """Let a range test set the rates of a PyTorch optimizer, and report the rate of every step.

        In a range test every parameter group's rate is set right before ``optimizer.step()``, in the group's own
        proportion to the others, so that the script's scheduler has no effect. In every other mode the rates are
        only read. Call it once, after the optimizer is made; further optimizers follow the first.

        Args:
            optimizer: A ``torch.optim.Optimizer``.
            learning_rate: The rate that counts as "the" learning rate, if it is not the largest one of a group.

        Raises:
            TunegateError: The optimizer has no parameter groups, or its rate is not greater than 0.
        """
        reference = learning_rate
        if reference is None and self._optimizer is not None:
            reference = self._optimizer.reference
        watched = WatchedOptimizer(optimizer, self._asked_rate, reference)
        if self._optimizer is None:
            self._optimizer = watched

    def _asked_rate(self) -> float | None:
        return None if self.range is None else self.range.rate(self.step)

    # Reports

    def report_step(
        self,
        loss: Any,
        *,
        learning_rate: float | None = None,
        grad_norm: Any = None,
        clipped: bool | None = None,
        examples: int = 0,
        step: int | None = None,
    ) -> None:
        """Report an optimizer step. Call it after every step.

        A loss on a GPU is copied later, so that the call does not wait for the device.

        Args:
            loss: Mean training loss of the step before the update: a number, or a tensor of one element.
            learning_rate: Rate of the step. Not needed after :meth:`watch` or :meth:`learning_rate`, and not used in
                a range test.
            grad_norm: Global L2 norm of the gradient before clipping.
            clipped: Whether the gradient was clipped.
            examples: Number of examples of the step. A script that supports ``"probe"`` must pass it.
            step: Number of the step, counted from 1. Default: one more than the last.

        Raises:
            Finished: That was the last step of a range test or a probe. It ends the script with exit code 0.
            TunegateError: A range test whose rate nothing sets, or a probe without ``examples``.
        """
        self.step = self.step + 1 if step is None else step
        if not self.active:
            return
        if learning_rate is None or self.range is not None:
            learning_rate = self._optimizer.used if self._optimizer is not None else self._rate
        if self.range is not None and learning_rate is None:
            raise TunegateError(
                "A range test sets the learning rate of every step, but nothing asked for it. Call "
                'watch(optimizer) or learning_rate(rate), or leave "range" out of supports=.'
            )
        rate = None if learning_rate is None else float(learning_rate)
        self._steps.add(self.step, loss, rate, grad_norm, clipped)
        if self._limit is not None:
            self._limited_step(examples)
        elif self._steps.not_finite >= PATIENCE:
            self.end("diverged", reason=f"The loss of {PATIENCE} steps in a row is not finite.")
            raise Finished

    def _limited_step(self, examples: int) -> None:
        if self.range is not None:
            if self.step >= self.range.steps or self._steps.not_finite > 0:
                self.end()
                raise Finished
            return
        if examples < 1:
            raise TunegateError(
                "A probe measures the speed: pass report_step(..., examples=len(batch)), or leave "
                '"probe" out of supports=.'
            )
        # The first step loads and compiles; unless it is the only one, it is not measured.
        first = self.step == 1
        last = self.step >= (self._limit or 0)
        if first or last:
            self._log.flush()
            _device.synchronize()
        if first and not last:
            self._began = time.perf_counter()
            return
        self._examples += examples
        if last:
            self._log.event("throughput", examples=self._examples, seconds=max(time.perf_counter() - self._began, 1e-9))
            self.end()
            raise Finished

    def report_evaluation(
        self,
        metrics: Mapping[str, Any],
        *,
        split: str = "validation",
        epoch: float | None = None,
        step: int | None = None,
    ) -> None:
        """Report metrics that the script computed. Reports of a study label them as self-reported.

        Prefer :meth:`save_predictions`: from predictions a study computes all metrics itself, and calibration.

        Args:
            metrics: Values by name, such as ``{"val_loss": 0.31, "val_acc": 0.94}``.
            split: ``"train"``, ``"validation"`` or ``"test"``. ``"test"`` is dropped unless :attr:`test` is set.
            epoch: Epochs finished; fractions are allowed.
            step: Steps taken. Default: those reported.

        Raises:
            TunegateError: The split is none of these, or there is no metric.
        """
        if split not in ("train", *SPLITS):
            raise TunegateError(f"report_evaluation: expected split train, validation or test, found {split!r}.")
        if not metrics:
            raise TunegateError("report_evaluation: expected at least one metric, found none.")
        if not self._wants(split):
            return
        values = {str(name): scalar(value) for name, value in metrics.items()}
        self._log.event(
            "evaluation",
            step=self.step if step is None else step,
            epoch=epoch,
            split=split,
            metrics={name: value if math.isfinite(value) else None for name, value in values.items()},
        )
        self._validated = self._validated or split == "validation"

    def save_predictions(
        self,
        predictions: Any,
        *,
        labels: Any = None,
        split: str = "validation",
        kind: str = "logits",
        epoch: float | None = None,
        step: int | None = None,
    ) -> None:
        """Save the predictions of a split as ``.npy`` files and report them.

        All rows of the split, in the same order and with the same labels in every run.

        Args:
            predictions: [rows, classes] for logits and probabilities, [rows] or [rows, 1] for values: an array of
                NumPy, PyTorch, JAX or TensorFlow, or nested lists.
            labels: The correct answers: class indices from 0, or numbers for ``kind="values"``. They may be
                left out where the study has them.
            split: ``"validation"`` or ``"test"``. ``"test"`` is dropped unless :attr:`test` is set.
            kind: ``"logits"`` or ``"probabilities"`` for classification, ``"values"`` for regression.
            epoch: Epochs finished; fractions are allowed.
            step: Steps taken. Default: those reported.

        Raises:
            TunegateError: Wrong shapes, numbers of rows, labels or words.
        """
        if split not in SPLITS:
            raise TunegateError(f"save_predictions: expected split validation or test, found {split!r}.")
        if kind not in KINDS:
            raise TunegateError(f"save_predictions: expected kind {', '.join(KINDS)}, found {kind!r}.")
        if not self._wants(split):
            return
        block = _arrays.floats(predictions, f"{split} predictions")
        dimensions = (1, 2) if kind == "values" else (2,)
        if len(block.shape) not in dimensions or (kind == "values" and block.shape[1:] not in ((), (1,))):
            expected = "[rows] or [rows, 1]" if kind == "values" else "[rows, classes]"
            raise TunegateError(f"{split} predictions: expected {expected} for {kind}, found {list(block.shape)}.")
        taken = self.step if step is None else step
        names = None if labels is None else self._save_labels(split, labels, kind, block.shape, taken)
        file = f"predictions-{split}-{taken}.npy"
        _arrays.write_npy(self.output_dir / file, block)
        self._log.event("predictions", split=split, step=taken, epoch=epoch, file=file, kind=kind, labels=names)
        self._validated = self._validated or split == "validation"

    def _save_labels(self, split: str, labels: Any, kind: str, shape: Any, step: int) -> str:
        what = f"{split} labels"
        block = (_arrays.floats if kind == "values" else _arrays.classes)(labels, what)
        if block.shape not in ((shape[0],), (shape[0], 1)):
            raise TunegateError(f"{what}: expected one for each of {shape[0]} rows, found {list(block.shape)}.")
        known = self._labels.get(split)
        if known is not None and known.data != block.data:
            raise TunegateError(f"{what}: they differ from those of an earlier evaluation. Keep the order of the rows.")
        file = f"labels-{split}.npy"
        if known is None:
            self._labels[split] = block
            _arrays.write_npy(self.output_dir / file, block)
        return file

    def checkpoint(self, path: str | os.PathLike[str], *, step: int | None = None) -> None:
        """Report a checkpoint that the script has written in :attr:`output_dir`.

        Args:
            path: A file or a folder in ``output_dir``: absolute, or relative to it.
            step: Steps taken. Default: those reported.

        Raises:
            TunegateError: The path is not in ``output_dir``, or does not exist.
            SystemExit: With code 75, if the study had asked the script to stop.
        """
        if not self.active:
            return
        folder = self.output_dir.resolve()
        full = (folder / path).resolve()
        if folder not in full.parents or not full.exists():
            raise TunegateError(f"checkpoint: expected a file or folder in {folder}, found {path}.")
        taken = self.step if step is None else step
        name = full.relative_to(folder).as_posix()
        if self._log.open:
            with open(folder / CHECKPOINTS, "a", encoding="utf-8") as file:
                file.write(f"{taken} {name}\n")
        self._log.event("checkpoint", step=taken, path=name)
        if self._interrupted:
            self._ended = True
            self._log.close()
            raise SystemExit(RESUME_ME)

    def _checkpoint_step(self, path: Path) -> int:
        """The step of a checkpoint that an earlier attempt of this run reported; 0 if nothing tells."""
        try:
            lines = (self.output_dir / CHECKPOINTS).read_text(encoding="utf-8").splitlines()
        except OSError:
            return 0
        name = path.relative_to(self.output_dir).as_posix()
        steps = [int(line.split(" ", 1)[0]) for line in lines if line.split(" ", 1)[1:] == [name]]
        return steps[-1] if steps else 0

    def end(self, status: str = "complete", *, reason: str | None = None, weights_sha256: str | None = None) -> None:
        """Report the end of the run. Later reports are dropped.

        A script that has reported an evaluation of the split ``validation`` needs no call: the normal end of the
        interpreter is the end of the run. Call it to pass a digest of the weights, or another status.

        Args:
            status: ``"complete"``, ``"diverged"``, ``"out-of-memory"``, or ``"unsupported"`` if the script cannot
                do what was asked.
            reason: Why, for the report; at most 4000 characters are kept.
            weights_sha256: See :func:`tunegate.weights_sha256`.
        """
        if self._ended:
            return
        self._ended = True
        self._log.flush()
        memory = _device.peak_mib() if self._log.open else None
        if memory is not None:
            self._log.event("memory", peak_mib=memory)
        if status == "complete" and self.diverged and self.range is None:
            status, reason = "diverged", "The last loss is not finite."
        self._log.event("end", status=status, reason=reason and reason[:4000], weights_sha256=weights_sha256)
        self._log.close()

    def _wants(self, split: str) -> bool:
        # A forked child would write files of the same names as its parent.
        open = self._log.open
        return open and not self._ended and self._limit is None and (split != "test" or self.test)

    # The process

    def _hello(self, **fields: Any) -> None:
        modes = ["train", *(mode for mode in ("range", "probe") if mode in self._supports)]
        can = {name: name in self._supports for name in ("grad_norm", "predictions", "checkpoint", "test")}
        self._log.event(
            "hello",
            protocol=PROTOCOL,
            device=_device.device() if self.active else None,
            supports={
                "modes": modes,
                "per_step_lr": "range" in self._supports,
                **can,
                "levers": fields.pop("levers"),
            },
            **fields,
        )

    def _install(self) -> None:
        previous = sys.excepthook

        def hook(type: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
            self._failed = True
            previous(type, error, trace)
            if _device.is_out_of_memory(error):
                self.end("out-of-memory", reason=str(error) or type.__name__)

        sys.excepthook = hook
        atexit.register(self._at_exit)
        if "checkpoint" in self._supports:

            def interrupt(*_: Any) -> None:
                self._interrupted = True

            # Only the main thread may install handlers. Elsewhere the signal ends the script at once.
            with contextlib.suppress(ValueError):
                signal.signal(signal.SIGTERM, interrupt)

    def _at_exit(self) -> None:
        if self._ended or self._failed:
            self._log.flush()
        elif self._limit is not None:
            self.end("unsupported", reason=f"The script stopped after {self.step} of {self._limit} steps.")
        elif self._validated:
            self.end()
        else:
            self._log.flush()
