"""Random generators of the libraries that are in use."""

from __future__ import annotations

import random
import sys
from typing import Any

from ._errors import TunegateError


def seed_everything(seed: int, *, deterministic: bool = False) -> int:
    """Seed Python's ``random``, and NumPy, PyTorch, TensorFlow and Keras where the script has imported them.

    Call it after the imports and before the model is made. JAX has no global generator: use
    ``jax.random.key(run.seed)``.

    Args:
        seed: From 0 to 2**32 - 1.
        deterministic: Also ask PyTorch for deterministic algorithms. It warns about an operation that has none.

    Returns:
        The seed.

    Raises:
        TunegateError: The seed is out of range.
    """
    if not 0 <= seed < 2**32:
        raise TunegateError(f"seed_everything: expected a seed from 0 to {2**32 - 1}, found {seed}.")
    random.seed(seed)
    numpy = _imported("numpy")
    if numpy is not None:
        numpy.random.seed(seed)
    torch = _imported("torch")
    if torch is not None:
        torch.manual_seed(seed)
        if deterministic:
            torch.use_deterministic_algorithms(True, warn_only=True)
            torch.backends.cudnn.benchmark = False
    tensorflow = _imported("tensorflow")
    if tensorflow is not None:
        tensorflow.random.set_seed(seed)
    keras = _imported("keras")
    if keras is not None:
        keras.utils.set_random_seed(seed)
    return seed


def _imported(name: str) -> Any:
    return sys.modules.get(name)
