"""The beginning of a run, which the process has once."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Collection, Mapping
from typing import Any, Union

from . import _device
from ._errors import Finished, TunegateError
from ._levers import finite, merged
from ._request import LeverValue, environment, read_request
from ._run import CAPABILITIES, SPLITS, Run

Levers = Union[Mapping[str, LeverValue], argparse.Namespace]

_current: Run | None = None


def current() -> Run:
    """Return the run of the process. Without a call of :func:`run` before, one with no levers."""
    return _current if _current is not None else run()


def run(
    levers: Levers | None = None,
    *,
    epochs: int | None = None,
    seed: int | None = None,
    supports: Collection[str] = (),
    rows: Mapping[str, int] | None = None,
    classes: int | None = None,
    parameters: int | None = None,
    framework: str | None = None,
) -> Run:
    """Begin the run of the process: the first line that a script adds.

    In a study it returns what the study asks for and says what the script can do. A study that only asks what the
    script can do ends it here, so that calls before this one should not take long. Outside a study it returns the
    defaults. Only the process of rank 0 of a distributed run reports.

    Args:
        levers: The hyperparameters that a study may set, with the script's own defaults: a mapping, or a parsed
            ``argparse.Namespace``. The namespace gets the values of the study, and its values other than numbers,
            texts, truth values and None are left alone. ``epochs`` and ``seed`` in it are no levers but defaults
            for the arguments of these names.
        epochs: The script's own number of epochs; at least 1. Default: 1.
        seed: The script's own seed, from 0 to 2**31 - 1. Default: 0.
        supports: What the script can do. ``"range"``: it calls ``watch`` or ``learning_rate``. ``"probe"``: it
            passes ``examples`` to ``report_step``. ``"grad_norm"``, ``"predictions"``, ``"checkpoint"``: it
            reports them. ``"test"``: it evaluates the split ``test`` if ``run.test`` is set.
        rows: Number of examples by split: ``{"train": ..., "validation": ..., "test": ...}``.
        classes: Number of classes, for classification; at least 2.
        parameters: Number of trainable parameters of the model.
        framework: Name and version of what trains. Default: the framework that the script has imported.

    Returns:
        The run. A second call returns a new one, unless a study started the script.

    Raises:
        TunegateError: The request cannot be read, a study began twice, or an argument has no meaning.
        Finished: The study only asked what the script can do. It ends the script with exit code 0.
    """
    global _current
    unknown = [name for name in supports if name not in CAPABILITIES]
    if isinstance(supports, str) or unknown:
        raise TunegateError(f"supports=: expected some of {', '.join(CAPABILITIES)}, found {supports!r}.")
    if _current is not None and _current.active:
        raise TunegateError("tunegate.run() was called before. Call it once; current() returns that run.")
    request = read_request(environment())
    namespace = levers if isinstance(levers, argparse.Namespace) else None
    values = dict(vars(namespace) if namespace is not None else levers or {})
    defaults = {
        name: value
        for name, value in values.items()
        if namespace is None or value is None or isinstance(value, (int, float, str))
    }
    epochs = int(_own(epochs, defaults.pop("epochs", None), 1))
    seed = int(_own(seed, defaults.pop("seed", None), 0))
    if epochs < 1:
        raise TunegateError(f"epochs=: expected at least 1, found {epochs}.")
    if rows is not None and (not set(rows) <= {"train", *SPLITS} or rows.get("train") == 0):
        raise TunegateError(f"rows=: expected numbers for train, validation and test, found {dict(rows)!r}.")
    made = Run(request, defaults, epochs, seed, supports, _reports())
    _current = made
    if made.active:
        made._hello(
            levers={name: finite(value) for name, value in defaults.items()},
            framework=framework or _device.framework(),
            epochs=epochs,
            rows=rows and dict(rows),
            classes=classes,
            parameters=parameters,
        )
        if made.mode == "describe":
            made.end()
            raise Finished
    if request is not None:
        try:
            made.levers = merged(defaults, request.levers)
        except TunegateError as error:
            made.end("unsupported", reason=str(error))
            raise
        made._install()
    if namespace is not None:
        vars(namespace).update(made.levers)
        for name, value in (("epochs", made.epochs), ("seed", made.seed)):
            if hasattr(namespace, name):
                setattr(namespace, name, value)
    return made


def _reports() -> bool:
    """Whether this process speaks for the run: the first of a distributed run, and no worker that it started."""
    ranks = (environment().get(name, "") for name in ("RANK", "LOCAL_RANK", "SLURM_PROCID"))
    # A process that is spawned imports the script under this name before it knows its parent.
    spawned = getattr(sys.modules.get("__mp_main__"), "__name__", None) == "__mp_main__"
    worker = spawned or multiprocessing.parent_process() is not None
    return not worker and all(rank in ("", "0") for rank in ranks)


def _own(argument: int | None, lever: Any, default: int) -> Any:
    return argument if argument is not None else lever if lever is not None else default
