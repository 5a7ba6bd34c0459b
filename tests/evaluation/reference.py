"""Lemma 1 and the theorems once more, by hand: plain fractions and mpmath, none of the project's expressions."""

from fractions import Fraction

import mpmath
from mpmath import mp, mpf


def tanh_constants():
    """sigma0, sigma1, sigma2 of tanh."""
    return mpf(1), mpf(1), 4 / (3 * mpmath.sqrt(3))


def geometric(t, x):
    return sum((x**k for k in range(t)), 0 * x)


def weighted(t, x):
    return sum(((k + 1) * x**k for k in range(t)), 0 * x)


def paper(alpha_m, length, sigma):
    """L and beta of tier paper."""
    s0, s1, s2 = sigma
    x = alpha_m * s1
    root = mpmath.sqrt(s0**2 + 1)
    p, q = geometric(length, x), weighted(length, x)
    before = weighted(length - 1, x)
    return root * s1 * p, (s0**2 + 1) * s2 * p * q + 2 * root * s1**2 * before


def recursive(alpha_m, length, sigma):
    """L and beta of tier recursive."""
    s0, s1, s2 = sigma
    x, hessian = alpha_m * s1, mpf(0)

    def first(t):
        w, u = s0 * s1 * geometric(t - 1, x), s1 * geometric(t, x)
        return w, mpmath.sqrt(w**2 + u**2)

    for t in range(1, length + 1):
        across = first(t)[1] / s1
        w, gradient = first(t - 1) if t > 1 else (mpf(0), mpf(0))
        hessian = s2 * across**2 + s1 * (w + gradient) + x * hessian
    return first(length)[1], hessian


def number(value):
    fraction = Fraction(value)
    return mpf(fraction.numerator) / fraction.denominator


def radii_and_width(variant, m, eps, delta, n, length, alpha, nu, kappa=Fraction(1, 4)):
    """Theorem 2 by hand: (rho_w, rho_u, required width) at the least fixed point, or None where there is none."""
    nu_w, nu_u = (number(x) for x in nu)
    size = mpmath.sqrt(nu_w**2 + nu_u**2)
    factor = {"classic": mpf(1), "sharpened": mpmath.sqrt(2) + mpmath.sqrt(6), "lyapunov": 1 / (1 - 2 * number(kappa))}
    scale = factor[variant] * size**2 / mpmath.sqrt(number(eps))
    rho = nu_w
    for _ in range(4000):
        following = max(nu_w, scale * geometric(length - 1, number(alpha) + rho / mpmath.sqrt(m)))
        if following > 1e60:
            return None
        if abs(following - rho) < mpf(10) ** (8 - mp.dps) * (1 + rho):
            break
        rho = following
    alpha_m = number(alpha) + rho / mpmath.sqrt(m)
    outer = max(nu_u, scale * geometric(length, alpha_m))
    radius = mpmath.sqrt(rho**2 + outer**2)
    return rho, outer, width(variant, radius, alpha_m, m, eps, delta, n, length, alpha, nu, kappa, free=True)


def width(variant, radius, alpha_m, m, eps, delta, n, length, alpha, nu, kappa=Fraction(1, 4), free=False):
    """Width that a variant asks for, by hand (tier paper)."""
    sigma = tanh_constants()
    nu_w, nu_u = (number(x) for x in nu)
    size, eps = mpmath.sqrt(nu_w**2 + nu_u**2), number(eps)
    lipschitz, beta = paper(alpha_m, length, sigma)
    lipschitz_0, _ = paper(number(alpha), length, sigma)
    _, beta_nu = paper(number(alpha) + nu_w / mpmath.sqrt(m), length, sigma)
    union = mpmath.sqrt(mpmath.log(2 * n * length / number(delta)))
    if variant == "classic":
        c = beta * radius * (radius + size) + beta * radius**2 / 2 + 2 * lipschitz_0 * size * union
        return ((4 if free else 2) * lipschitz * (radius + size) * c / eps) ** 2
    if variant == "sharpened":
        c = beta * (radius + size) ** 2 / 2 + beta_nu * size**2 / 2 + 2 * lipschitz_0 * size * union
        return 8 * c**2 / eps
    tail = mpmath.sqrt(2) + 2 * mpmath.sqrt(mpmath.log(1 / number(delta)))
    first = (beta + beta_nu) / 2 if variant == "lyapunov" else 5 * beta / 3 + beta_nu / 2
    c = first * size**2 + lipschitz_0 * size * tail
    return c**2 / (number(kappa) ** 2 * eps)
