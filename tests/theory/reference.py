"""Every quantity of the theory once more, by hand: mpmath (numpy where sampled), no expression of the project.

Tiers `paper`, `recursive` and `coupled` are worth DIGITS digits. The suprema of tier `directional` are sampled in
doubles (a grid over z and phi, refined three times): each value is a lower bound of the true one, within SAMPLED.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import mpmath
import numpy as np
from mpmath import mpf

DIGITS, SAMPLED = 24, 1e-8
TIERS = ("paper", "recursive", "coupled", "directional")
FAR, HALF = 200, mpf(1) / 2
# The tiers of gamma_3 and gamma_4: the recursion has no closed form, and none of its own along directions.
OF_HIGHER = {"paper": "recursive", "directional": "coupled"}


def of_tanh(z, lib):
    """sigma .. sigma'''' of tanh at z."""
    s = lib.tanh(z)
    d = 1 - s**2
    return s, d, -2 * s * d, d * (6 * s**2 - 2), d * s * (16 - 24 * s**2)


def of_logistic(z, lib):
    """sigma .. sigma'''' of the logistic function at z."""
    y = 1 / (1 + lib.exp(-z))
    d = y * (1 - y)
    return y, d, d * (1 - 2 * y), d * (1 - 6 * d), d * (1 - 2 * y) * (1 - 12 * d)


def of_gaussian(z, lib):
    """sigma .. sigma'''' of exp(-z^2/2) at z."""
    e = lib.exp(-(z**2) / 2)
    return e, -z * e, (z**2 - 1) * e, (3 * z - z**3) * e, (z**4 - 6 * z**2 + 3) * e


def of_sin(z, lib):
    """sigma .. sigma'''' of sin at z."""
    s, c = lib.sin(z), lib.cos(z)
    return s, c, -s, -c, s


FUNCTIONS = {"tanh": of_tanh, "logistic": of_logistic, "gaussian": of_gaussian, "sin": of_sin}
# |sigma|, |sigma'|, ... are even or, for logistic, largest at z >= 0: half a line is enough.
GRID = np.linspace(0, 40, 8001)


@lru_cache
def on_grid(name):
    """The moduli of sigma .. sigma'''' on the grid, in doubles."""
    return [np.abs(value) for value in FUNCTIONS[name](GRID, np)]


def highest(function, left, right):
    """Largest value of a function with one hump on [left, right], by golden section."""
    ratio = (mpmath.sqrt(5) - 1) / 2
    a, b = right - ratio * (right - left), left + ratio * (right - left)
    at_a, at_b = function(a), function(b)
    while right - left > mpf(10) ** -14:
        if at_a >= at_b:
            right, b, at_b = b, a, at_a
            a = right - ratio * (right - left)
            at_a = function(a)
        else:
            left, a, at_a = a, b, at_b
            b = left + ratio * (right - left)
            at_b = function(b)
    return max(at_a, at_b)


def supremum(name, weight):
    """Largest weight(|sigma|, |sigma'|, ...) over the real line."""

    def at(z):
        return weight(*map(abs, FUNCTIONS[name](mpf(z), mpmath)))

    best = float(GRID[np.argmax(weight(*on_grid(name)))])
    ends = [at(0), *([] if name == "sin" else [at(FAR)])]
    return max(*ends, highest(at, max(mpf(0), mpf(best) - mpf("0.005")), mpf(best) + mpf("0.005")))


@lru_cache
def constants(name):
    """sigma_0 .. sigma_4 as suprema found by search."""
    return tuple(supremum(name, lambda *values, k=k: values[k]) for k in range(5))


def geometric(t, x):
    return mpmath.fsum(x**k for k in range(t))


def weighted(t, x):
    return mpmath.fsum((k + 1) * x**k for k in range(t))


@dataclass(frozen=True)
class Bounds:
    """Lemmas 1 and 2 at one t: D^w, D^u, G (= Lambda), chi, B; then gamma_3, gamma_4."""

    d_w: object
    d_u: object
    across: object
    lipschitz: object
    chi: object
    beta: object
    gamma3: object = 0
    gamma4: object = 0


ZERO = Bounds(*(mpf(0),) * 8)


def paper(name, alpha_m, t):
    """Closed forms."""
    s0, s1, s2 = constants(name)[:3]
    x, root = alpha_m * s1, mpmath.sqrt(constants(name)[0] ** 2 + 1)

    def beta(t):
        p, q = geometric(t, x), weighted(t, x)
        return (s0**2 + 1) * s2 * p * q + 2 * root * s1**2 * weighted(t - 1, x)

    p, before = geometric(t, x), geometric(t - 1, x)
    chi = 2 * root * s1 * before + alpha_m * beta(t - 1)
    return s0 * s1 * before, s1 * p, root * p, chi, beta(t)


def recursive(name, alpha_m, t, last):
    """The recursion of the Hessian, with the exact geometric sums."""
    s0, s1, s2 = constants(name)[:3]
    w, u = s0 * geometric(t - 1, alpha_m * s1), geometric(t, alpha_m * s1)
    across = mpmath.sqrt(w**2 + u**2)
    chi = last.d_w + last.lipschitz + alpha_m * last.beta
    return s1 * w, s1 * u, across, chi, s2 * across**2 + s1 * chi


def coupled(name, alpha_m, t, last):
    """Suprema over z of sums in which |sigma| and |sigma'| stand at one z."""
    s1 = constants(name)[1]
    w, u = last.d_w / s1, last.d_u / s1
    chi = last.d_w + last.lipschitz + alpha_m * last.beta
    if t == 1:
        return mpf(0), s1, mpf(1), chi, constants(name)[2]

    def of(values, number):
        return number if isinstance(values[0], mpf) else float(number)

    sw = supremum(name, lambda *v: v[0] + v[1] * of(v, alpha_m * w))
    square = supremum(name, lambda *v: (v[0] + v[1] * of(v, alpha_m * w)) ** 2 + (1 + v[1] * of(v, alpha_m * u)) ** 2)
    hessian = supremum(name, lambda *v: v[2] * of(v, square) + v[1] * of(v, chi))
    return s1 * sw, s1 * (1 + alpha_m * s1 * u), mpmath.sqrt(square), chi, hessian


def refined(name, weight):
    """Largest weight over z for every direction at once; `weight` maps arrays (directions, z) to the same shape."""
    z = np.broadcast_to(GRID[::8], (1, len(GRID[::8])))
    best, step = None, GRID[8]
    for _ in range(3):
        values = weight(*(np.abs(value) for value in FUNCTIONS[name](z, np)))
        at = np.argmax(values, axis=1)[:, None]
        top = np.take_along_axis(values, at, 1)[:, 0]
        best = top if best is None else np.maximum(best, top)
        centre = np.take_along_axis(np.broadcast_to(z, values.shape), at, 1)
        z, step = np.abs(centre + np.linspace(-step, step, 65)), step / 32
    return best


def along(name, alpha_m, t, cos, sin):
    """(S_t, B_t, chi_t) along directions (nu_w, nu_u) = (cos, sin), all arrays of one length."""
    s1, a = float(constants(name)[1]), float(alpha_m)
    feature, hessian, chi = sin.copy(), 0 * sin, 0 * sin
    for k in range(1, t + 1):
        before = feature if k > 1 else 0 * sin
        chi = 2 * cos * s1 * before + a * hessian
        if k > 1:
            feature = sin + refined(name, lambda *v, b=before: v[0] * cos[:, None] + a * v[1] * b[:, None])
        square = feature**2
        hessian = refined(name, lambda *v, s=square, c=chi: v[2] * s[:, None] + v[1] * c[:, None])
    return feature, hessian, chi


def over_directions(name, alpha_m, t, which):
    """Largest entry `which` of `along` over the angle, refined three times."""
    left, right, best = 0.0, np.pi / 2, 0.0
    for _ in range(4):
        phi = np.linspace(left, right, 33)
        values = along(name, alpha_m, t, np.cos(phi), np.sin(phi))[which]
        at, step = int(np.argmax(values)), phi[1] - phi[0]
        best = max(best, float(values[at]))
        left, right = max(0.0, phi[at] - step), min(np.pi / 2, phi[at] + step)
    return mpf(best)


def directional(name, alpha_m, t):
    """Suprema over directions, sampled; D^w and D^u are those of tier coupled."""
    across = over_directions(name, alpha_m, t, 0)
    chi = over_directions(name, alpha_m, t, 2)
    pair = bounds(name, "coupled", alpha_m, t)
    return pair.d_w, pair.d_u, across, chi, over_directions(name, alpha_m, t, 1)


@cache
def bounds(name, tier, alpha_m, t):
    """Lemmas 1 and 2 with gamma_3 and gamma_4 at one t."""
    if t <= 0:
        return ZERO
    last = bounds(name, tier, alpha_m, t - 1)
    if tier in ("paper", "directional"):
        found = {"paper": paper, "directional": directional}[tier](name, alpha_m, t)
    else:
        found = {"recursive": recursive, "coupled": coupled}[tier](name, alpha_m, t, last)
    d_w, d_u, across, chi, beta = found
    _, s1, s2, s3, s4 = constants(name)
    zeta = 3 * last.beta + alpha_m * last.gamma3
    third = s3 * across**3 + 3 * s2 * across * chi + s1 * zeta
    fourth = s4 * across**4 + 6 * s3 * across**2 * chi + s2 * (3 * chi**2 + 4 * across * zeta)
    fourth += s1 * (4 * last.gamma3 + alpha_m * last.gamma4)
    return Bounds(d_w, d_u, across, s1 * across, chi, beta, third, fourth)


@dataclass(frozen=True)
class Case:
    """One point: an activation, a tier, a variant and the parameters."""

    name: str
    tier: str
    variant: str | None
    at: dict

    def __getattr__(self, key):
        value = object.__getattribute__(self, "at")[key]
        return mpf(value.numerator) / value.denominator

    def lemma(self, rho_w, tier=None):
        """Lemma 1 on |w| <= alpha + rho_w/sqrt(m)."""
        alpha_m = self.alpha + rho_w / mpmath.sqrt(self.m) if rho_w else self.alpha
        return bounds(self.name, tier or self.tier, alpha_m, int(self.T))

    def third(self, rho_w):
        """gamma_3 and gamma_4: "any tier" serves, and the theory takes that of OF_HIGHER."""
        return self.lemma(rho_w, OF_HIGHER.get(self.tier, self.tier))

    @property
    def here(self):
        return self.lemma(self.rho_w)

    @property
    def start(self):
        return self.lemma(0)

    @property
    def rho(self):
        return mpmath.hypot(self.rho_w, self.rho_u)

    @property
    def nu(self):
        return mpmath.hypot(self.nu_w, self.nu_u)

    @property
    def root(self):
        return mpmath.sqrt(self.m)


def log_root(ratio):
    return mpmath.sqrt(mpmath.log(ratio))


def tail(c):
    """sqrt 2 + 2 sqrt(log(1/delta))."""
    return mpmath.sqrt(2) + 2 * log_root(1 / c.delta)


def feature(c):
    """Prop. 3: largest |<grad h_T, v>| over the class, at 0."""
    if c.tier != "directional":
        return c.start.lipschitz * c.nu
    found = along(c.name, c.alpha, int(c.T), np.array([float(c.nu_w)]), np.array([float(c.nu_u)]))[0]
    return constants(c.name)[1] * mpf(float(found[0]))


def change(c):
    """C, C' or C'' of Theorem 1."""
    beta, beta_nu, size = c.here.beta, c.lemma(c.nu_w).beta, c.rho + c.nu
    union = 2 * c.start.lipschitz * c.nu * log_root(2 * c.n * c.T / c.delta)
    if c.variant == "classic":
        return beta * c.rho * size + beta * c.rho**2 / 2 + union
    if c.variant == "sharpened":
        return beta * size**2 / 2 + beta_nu * c.nu**2 / 2 + union
    return (beta + beta_nu) * c.nu**2 / 2 + c.start.lipschitz * c.nu * tail(c)


def theorem_1(c):
    length, size = c.here.lipschitz, c.rho + c.nu
    error = change(c) / c.root
    if c.variant == "classic":
        return (c.nu**2 / 4 + length**4 * size**2) / mpmath.sqrt(c.tau) + length * size * error
    if c.variant == "sharpened":
        return 4 * error**2 + 2 * length**2 * c.nu**2 / c.tau
    return lyapunov(error, length, c.nu**2, c.tau)


def lyapunov(error, length, start, tau, ratio=HALF):
    """([e + sqrt(e^2 + chi V/(eta tau))]/(2 chi))^2 at chi = 1 - eta L^2 = 1/2."""
    eta = (1 - ratio) / length**2
    return ((error + mpmath.sqrt(error**2 + ratio * start / (eta * tau))) / (2 * ratio)) ** 2


def descent_constant(c):
    first = 5 * c.here.beta * c.nu**2 / 3 + c.lemma(c.nu_w).beta * c.nu**2 / 2
    return first + c.start.lipschitz * c.nu * tail(c)


def descent(c):
    """Larger root of chi x^2 - 2 e x - L^2 nu^2/tau, squared."""
    error, chi = descent_constant(c) / c.root, 2 - 1 / mpf(c.tau)
    half = error / chi
    return (half + mpmath.sqrt(half**2 + (c.here.lipschitz * c.nu) ** 2 / (c.tau * chi))) ** 2


def any_target(c):
    error = mpmath.sqrt(c.R_comparator) + c.here.beta * c.V_0 / (2 * c.root)
    return lyapunov(error, c.here.lipschitz, c.V_0, c.tau)


def corollary(c):
    average, linear = theorem_1(c), c.here.beta * c.rho**2 / (2 * c.root)
    if c.variant == "classic":
        return 4 * average + 6 * linear**2
    return (mpmath.sqrt(average) + linear) ** 2


def width(c, share):
    """Width at which the part of the bound in m is at most its share of epsilon."""
    if c.variant == "classic":
        return (c.here.lipschitz * (c.rho + c.nu) * change(c) / (share * c.epsilon)) ** 2
    if c.variant == "sharpened":
        return 8 * change(c) ** 2 / c.epsilon
    return change(c) ** 2 / (c.kappa**2 * c.epsilon)


def iterations_1(c):
    if c.variant == "classic":
        return (2 * (c.nu**2 / 4 + c.here.lipschitz**4 * (c.rho + c.nu) ** 2) / c.epsilon) ** 2
    return iterations_2(c)


def iterations_2(c):
    length = c.here.lipschitz
    if c.variant == "classic":
        return 2 * c.nu**2 * length**4 * (c.rho + c.nu) ** 2 / c.epsilon**2
    if c.variant == "sharpened":
        return 4 * length**2 * c.nu**2 / c.epsilon
    return length**2 * c.nu**2 / (c.epsilon * (1 - 2 * c.kappa))


def step_1(c):
    return 1 / mpmath.sqrt(c.tau) if c.variant == "classic" else 1 / (2 * c.here.lipschitz**2)


def step_2(c):
    factor = {"classic": mpf(1) / 2, "sharpened": mpf(2)}
    if c.variant in factor:
        return factor[c.variant] * c.nu**2 / (c.epsilon * c.tau)
    return 1 / (2 * c.here.lipschitz**2)


def radius(c, derivative, floor):
    factor = {"classic": 1, "sharpened": mpmath.sqrt(2) + mpmath.sqrt(6)}.get(c.variant)
    factor = 1 / (1 - 2 * c.kappa) if factor is None else factor
    return max(floor, factor * derivative * c.nu**2 / mpmath.sqrt(c.epsilon))


QUANTITIES = {
    "lemma-1.D_w": lambda c: c.here.d_w,
    "lemma-1.D_u": lambda c: c.here.d_u,
    "lemma-1.L": lambda c: c.here.lipschitz,
    "lemma-1.beta": lambda c: c.here.beta,
    "lemma-1.gamma3": lambda c: c.third(c.rho_w).gamma3,
    "lemma-1.gamma4": lambda c: c.third(c.rho_w).gamma4,
    "lemma-2.Lambda": lambda c: c.here.across,
    "lemma-2.chi": lambda c: c.here.chi,
    "prop-2.bound": lambda c: c.start.lipschitz**2,
    "prop-2a.bound": lambda c: 2 * c.start.lipschitz**2 * log_root(2 / c.delta) / c.root,
    "prop-2b.erf": lambda c: 4 * c.c / mpmath.pi / mpmath.sqrt((1 + 2 * c.A) * (1 + 2 * c.B) - 4 * c.c**2),
    "prop-2b.sin": lambda c: (
        c.c / 2 * (mpmath.exp(-(c.A + c.B - 2 * c.c) / 2) + mpmath.exp(-(c.A + c.B + 2 * c.c) / 2))
    ),
    "prop-2b.gaussian": lambda c: c.c**2 / ((1 + c.A) * (1 + c.B) - c.c**2) ** mpf("1.5"),
    "prop-3.feature": feature,
    "prop-3.bound": lambda c: 2 * feature(c) * log_root(2 / c.delta) / c.root,
    "prop-3-rms.bound": lambda c: c.start.lipschitz * c.nu * tail(c) / c.root,
    "prop-4.bound": lambda c: c.here.beta * c.rho**2 / (2 * c.root),
    "prop-4.bound_pre_activation": lambda c: (
        (constants(c.name)[2] * c.here.across**2 + constants(c.name)[1] * c.here.chi) * c.rho**2 / (2 * c.root)
    ),
    "prop-4b.bound": lambda c: c.here.beta * c.rho * (c.rho + c.nu) / c.root,
    "prop-5.bound": lambda c: (
        (2 * c.start.lipschitz * c.nu * log_root(2 * c.n * c.T / c.delta) + c.lemma(c.nu_w).beta * c.nu**2 / 2) / c.root
    ),
    "prop-5-symmetric.bound": lambda c: c.third(c.nu_w).gamma3 * c.nu**3 / (6 * c.m),
    "prop-6.output": lambda c: c.here.lipschitz * c.rho,
    "prop-6.target": lambda c: c.start.lipschitz * c.nu,
    "prop-6.gradient": lambda c: 2 * c.here.lipschitz**2 * (c.rho + c.nu) / c.root,
    "prop-6b.factor": lambda c: 4 * c.here.lipschitz**2,
    "prop-6b.factor_w": lambda c: 2 * c.here.d_w / c.root,
    "prop-6b.factor_u": lambda c: 2 * c.here.d_u / c.root,
    "theorem-1.bound": theorem_1,
    "theorem-1.C": change,
    "theorem-1.width": lambda c: width(c, mpf(1) / 2),
    "theorem-1.iterations": iterations_1,
    "theorem-1.step_size": step_1,
    "theorem-1-any-target.bound": any_target,
    "theorem-1-descent.bound": descent,
    "theorem-1-descent.C": descent_constant,
    "theorem-1-descent.width": lambda c: descent_constant(c) ** 2 / (c.kappa**2 * c.epsilon),
    "theorem-1-descent.iterations": lambda c: (1 + (c.here.lipschitz * c.nu) ** 2 / c.epsilon) / (2 - 2 * c.kappa),
    "theorem-1-descent.step_size": lambda c: 1 / (2 * c.here.lipschitz**2),
    "theorem-1-descent.descent_width": lambda c: 16 * (c.here.beta * c.nu) ** 2 / (9 * c.here.lipschitz**2),
    "corollary-1.bound": corollary,
    "theorem-2.bound": lambda c: c.epsilon,
    "theorem-2.radius_w": lambda c: radius(c, c.here.d_w, c.nu_w),
    "theorem-2.radius_u": lambda c: radius(c, c.here.d_u, c.nu_u),
    "theorem-2.iterations": iterations_2,
    "theorem-2.step_size": step_2,
    "theorem-2.width": lambda c: width(c, mpf(1) / 4),
    "remark-5.width": lambda c: (c.rho_w * constants(c.name)[1] / (1 - c.alpha * constants(c.name)[1])) ** 2,
    "hoeffding.deviation": lambda c: c.width * mpmath.sqrt(mpmath.log(2 / c.delta) / (2 * c.N)),
    "mcdiarmid.deviation": lambda c: c.c * mpmath.sqrt(c.N * mpmath.log(1 / c.delta) / 2),
}
