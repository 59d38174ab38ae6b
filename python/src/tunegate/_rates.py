"""The learning rate of every step of a PyTorch optimizer, whatever its scheduler does."""

from __future__ import annotations

import functools
import types
from typing import Any, Callable, Optional

from ._errors import TunegateError

Rate = Callable[[], Optional[float]]


class WatchedOptimizer:
    """Sets the learning rates right before every ``optimizer.step()``, and remembers what they were.

    A scheduler writes into the same groups at a time of its own. Writing last is what bypasses it.

    Args:
        optimizer: A ``torch.optim.Optimizer``, or anything with ``param_groups`` and ``step``.
        rate: Returns the rate that the next step must have, or None to leave the rates as they are.
        reference: The rate that counts as "the" learning rate. Groups keep their proportion to it. None takes
            the largest rate of a group.

    Raises:
        TunegateError: The optimizer has no parameter groups, or the reference is not greater than 0.
    """

    def __init__(self, optimizer: Any, rate: Rate, reference: float | None = None) -> None:
        groups = getattr(optimizer, "param_groups", None)
        if not groups:
            raise TunegateError(
                f"watch: expected an optimizer of PyTorch, found {type(optimizer).__name__} without param_groups. "
                "With another library, ask learning_rate() for the rate of every step."
            )
        # A scheduler with a warmup has lowered the rates already, and kept the original ones beside them.
        base = [float(group.get("initial_lr", group["lr"])) for group in groups]
        self.reference = max(base) if reference is None else float(reference)
        if not self.reference > 0:
            raise TunegateError(f"watch: expected a learning rate greater than 0, found {self.reference}.")
        self.used: float | None = None
        self._main = base.index(max(base))
        self._rate = rate
        self._shares = [value / self.reference for value in base]
        self._optimizer = optimizer
        if hasattr(optimizer, "register_step_pre_hook"):
            optimizer.register_step_pre_hook(self._before)
        else:
            self._wrap()

    def _before(self, *_: Any) -> None:
        groups = self._optimizer.param_groups
        rate = self._rate()
        if rate is None:
            lr = groups[self._main]["lr"]
            self.used = float(lr) / self._shares[self._main]
            return
        self.used = rate
        for group, share in zip(groups, self._shares):
            if hasattr(group["lr"], "fill_"):
                group["lr"].fill_(rate * share)
            else:
                group["lr"] = rate * share

    def _wrap(self) -> None:
        """PyTorch before 2.0 has no hooks. Its schedulers expect a bound method with the marks of the one before."""
        step = self._optimizer.step

        @functools.wraps(step)
        def watched(_: Any, *args: Any, **kwargs: Any) -> Any:
            self._before()
            return step(*args, **kwargs)

        self._optimizer.step = types.MethodType(watched, self._optimizer)
