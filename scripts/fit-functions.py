"""Fits the polynomials of src/engines/cpu/kernels/functions.h. Needs NumPy and SciPy: python3 scripts/fit-functions.py

Each is a least-squares fit on Chebyshev nodes, weighted so that the error of the function itself is relative.
"""
import numpy as np
from scipy import special


def fit(name, low, high, degree, target, weight):
    """Coefficients of target(x) from x^0 on; weight(x) turns its error into the function's relative one."""
    x = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (np.arange(4000) + 0.5) / 4000)
    w = weight(x)
    powers = np.vander(x, degree + 1, increasing=True)
    solution, *_ = np.linalg.lstsq(powers * w[:, None], target(x) * w, rcond=None)
    worst = np.max(np.abs((powers @ solution - target(x)) * w))
    print(f"// {name}: relative error {worst:.1e}")
    print(f"constexpr float {name}[] = {{" + ", ".join(f"{float(np.float32(c))!r}f" for c in solution) + "};")


half = np.log(2) / 2 * 1.01
fit("exp_terms", -half, half, 4, lambda r: (np.expm1(r) - r) / r**2, lambda r: r**2 / np.exp(r))
low, high = np.sqrt(0.5) - 1, np.sqrt(2) - 1
fit("log_terms", low, high, 8, lambda f: (np.log1p(f) - f + f * f / 2) / f**3, lambda f: f**3 / np.log1p(f))
fit("tanh_terms", 1e-3, 0.4, 4, lambda z: (np.tanh(np.sqrt(z)) / np.sqrt(z) - 1) / z, lambda z: z)
fit("erf_near", 1e-4, 0.87, 5, lambda z: special.erf(np.sqrt(z)) / np.sqrt(z), lambda z: 1 + 0 * z)
fit("erf_far", 0.92, 4.0, 9, lambda a: np.log(special.erfc(a)), lambda a: special.erfc(a) / special.erf(a))
