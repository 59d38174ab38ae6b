"""What trains, for the line ``hello``, and its memory."""

from __future__ import annotations

import sys
from typing import Any

# The first of these that the script has imported names the framework.
FRAMEWORKS = (
    ("lightning", "lightning"),
    ("pytorch_lightning", "lightning"),
    ("transformers", "transformers"),
    ("keras", "keras"),
    ("torch", "pytorch"),
    ("flax", "flax"),
    ("jax", "jax"),
    ("sklearn", "scikit-learn"),
)


def framework() -> str | None:
    """Return name and version of the framework that the script has imported; several as ``keras 3.0 on jax 0.4``."""
    for module, name in FRAMEWORKS:
        if module in sys.modules:
            text = _versioned(module, name)
            backend = _backend(module)
            return f"{text} on {backend}"[:100] if backend else text[:100]
    return None


def device() -> str:
    """Return what trains: ``cpu``, or ``cuda`` and the name of the device."""
    torch = _cuda()
    if torch is not None:
        return f"cuda {torch.cuda.get_device_name()}"[:100]
    jax = sys.modules.get("jax")
    if jax is not None:
        first = jax.devices()[0]
        return "cpu" if first.platform == "cpu" else f"{first.platform} {first.device_kind}"[:100]
    return "cpu"


def peak_mib() -> float | None:
    """Return the most memory that was allocated on the device, in MiB; None where it has none of its own."""
    torch = _cuda()
    if torch is not None:
        return float(torch.cuda.max_memory_allocated()) / 2**20
    jax = sys.modules.get("jax")
    if jax is not None:
        stats = jax.devices()[0].memory_stats()
        if stats and "peak_bytes_in_use" in stats:
            return float(stats["peak_bytes_in_use"]) / 2**20
    return None


def synchronize() -> None:
    """Wait until the device has done what was asked of it."""
    torch = _cuda()
    if torch is not None:
        torch.cuda.synchronize()


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an exception says that memory ran out, on the host or on a device."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and ("RESOURCE_EXHAUSTED" in text or "out of memory" in text.lower())


def _cuda() -> Any:
    torch = sys.modules.get("torch")
    return torch if torch is not None and torch.cuda.is_available() else None


def _versioned(module: str, name: str) -> str:
    return f"{name} {getattr(sys.modules[module], '__version__', 'unknown')}"


def _backend(module: str) -> str | None:
    if module == "keras":
        name = sys.modules["keras"].backend.backend()
        return _versioned(name, name) if name in sys.modules else str(name)
    if module in ("lightning", "pytorch_lightning", "transformers") and "torch" in sys.modules:
        return _versioned("torch", "pytorch")
    return None
