"""Generator of the polynomial coefficients in boundcheck/network/kernels/elementary.py.

Weighted least squares at Chebyshev points with 50 digits, rounded to doubles. Run it to print them with their errors.
"""

import mpmath as mp

LOG2 = mp.log(2)
ERFC_SHIFT = 3
"""erfc(x) = exp(-x^2) Q(s) for x >= 1, with s the affine image in [-1, 1] of 1/(x + ERFC_SHIFT)."""
ERFC_ENDS = (mp.mpf(1) / (mp.mpf("6.1") + ERFC_SHIFT), mp.mpf(1) / (1 + ERFC_SHIFT))


def fit(function, degree, low, high, weight, points=240):
    """Coefficients, lowest first, and the largest weighted error at the points."""
    nodes = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * i + 1) / (2 * points)) for i in range(points)]
    rows, values = mp.matrix(points, degree + 1), mp.matrix(points, 1)
    for i, x in enumerate(nodes):
        values[i] = weight(x) * function(x)
        for j in range(degree + 1):
            rows[i, j] = weight(x) * x**j
    solution = mp.lu_solve(rows.T * rows, rows.T * values)
    coefficients = [solution[j] for j in range(degree + 1)]
    return coefficients, max(abs(weight(x) * (mp.polyval(coefficients[::-1], x) - function(x))) for x in nodes)


def fit_tanh(high):
    """Coefficients of tanh(f) = f P(q)/Q(q), q = f^2 <= high, beyond P(0) = Q(0) = 1, interpolated; largest error."""
    rows, values = mp.matrix(4, 4), mp.matrix(4, 1)
    for i in range(4):
        q = high / 2 * (1 + mp.cos(mp.pi * (2 * i + 1) / 8))
        ratio = mp.tanh(mp.sqrt(q)) / mp.sqrt(q)
        rows[i, :] = mp.matrix([[q, q**2, -ratio * q, -ratio * q**2]])
        values[i] = ratio - 1
    a, b, c, d = mp.lu_solve(rows, values)

    def error(q):
        return (1 + q * (a + q * b)) / (1 + q * (c + q * d)) * mp.sqrt(q) / mp.tanh(mp.sqrt(q)) - 1

    return [a, b, c, d], max(abs(error(high * i / 400)) for i in range(1, 401))


def scaled_erfc(s):
    """erfcx at the point whose image is s."""
    low, high = ERFC_ENDS
    x = 1 / ((low + high) / 2 + (high - low) / 2 * s) - ERFC_SHIFT
    return mp.exp(x * x) * mp.erfc(x)


def tables():
    """Return name -> (coefficients as doubles, largest error relative to the function fitted)."""
    margin = 1 + mp.mpf("1e-6")
    root = mp.sqrt
    with mp.workdps(50):
        fits = {
            "TANH and TANH_DIVISOR": fit_tanh((margin * LOG2 / 4) ** 2),
            "EXP": fit(lambda f: (mp.expm1(f) - f) / f**2, 9, -margin * LOG2 / 2, margin * LOG2 / 2, abs),
            "SIN": fit(lambda q: (mp.sin(root(q)) / root(q) - 1) / q, 7, mp.mpf(0), margin * (mp.pi / 2) ** 2, abs),
            "ATAN": fit(
                lambda q: (mp.atan(root(q)) / root(q) - 1) / q, 10, mp.mpf(0), margin * mp.tan(mp.pi / 8) ** 2, abs
            ),
            "LOG": fit(
                lambda q: (2 * mp.atanh(root(q)) / root(q) - 2) / q,
                7,
                mp.mpf(0),
                margin * ((root(2) - 1) / (root(2) + 1)) ** 2,
                lambda q: q / 2,
            ),
            "ERF": fit(lambda q: mp.erf(root(q)) / root(q), 11, mp.mpf(0), mp.mpf(1), lambda q: 1),
            "ERFC": fit(scaled_erfc, 13, mp.mpf(-1), mp.mpf(1), lambda s: 1),
        }
        return {name: ([float(c) for c in found], float(error)) for name, (found, error) in fits.items()}


if __name__ == "__main__":
    import sys

    for name, (coefficients, error) in tables().items():
        sys.stdout.write(f"# error {error:.1e}\n{name} = (\n")
        sys.stdout.writelines(f"    {value!r},\n" for value in coefficients)
        sys.stdout.write(")\n")
