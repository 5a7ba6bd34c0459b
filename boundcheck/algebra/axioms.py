"""What the checker takes as true: one line each, with the side conditions under which it holds.

u, v, w stand for any terms; s, t for terms that must be integers where ``integer(.)`` is among the conditions. Every
line is tested against Arb at random points (tests/algebra/test_axioms.py).
"""

from __future__ import annotations

from boundcheck.algebra.terms import Rel, free_relation, read_relation

_TEXT: dict[str, tuple[str, ...]] = {
    # name: (conclusion, condition, ...)
    "abs-of-nonnegative": ("abs(u) == u", "u >= 0"),
    "abs-of-nonpositive": ("abs(u) == -u", "u <= 0"),
    "abs-above": ("abs(u) >= u",),
    "abs-above-negative": ("abs(u) >= -u",),
    "root-of-product": ("sqrt(u*v) == sqrt(u)*sqrt(v)", "u >= 0", "v >= 0"),
    "root-monotone": ("sqrt(u) <= sqrt(v)", "u >= 0", "u <= v"),
    "pi-above": ("pi > 333/106",),
    "pi-below": ("pi < 355/113",),
    "exp-tangent": ("exp(u) >= 1 + u",),
    "exp-above-tangent": ("exp(u) >= exp(v)*(1 + u - v)",),
    "exp-below-reciprocal": ("exp(u)*(1 - u) <= 1",),
    "exp-sum": ("exp(u + v) == exp(u)*exp(v)",),
    "exp-monotone": ("exp(u) <= exp(v)", "u <= v"),
    "exp-of-log": ("exp(log(u)) == u", "u > 0"),
    "log-of-exp": ("log(exp(u)) == u",),
    "log-tangent": ("log(u) <= u - 1", "u > 0"),
    "log-below-tangent": ("v*log(u) <= v*log(v) + u - v", "u > 0", "v > 0"),
    "log-above": ("log(u) >= 1 - 1/u", "u > 0"),
    "log-of-product": ("log(u*v) == log(u) + log(v)", "u > 0", "v > 0"),
    "log-of-quotient": ("log(u/v) == log(u) - log(v)", "u > 0", "v > 0"),
    "log-of-root": ("log(sqrt(u)) == log(u)/2", "u > 0"),
    "log-of-power": ("log(u**v) == v*log(u)", "u > 0"),
    "log-monotone": ("log(u) <= log(v)", "u > 0", "u <= v"),
    "cosh-below-gaussian": ("exp(u) + exp(-u) <= 2*exp(u**2/2)",),
    "tanh-below-one": ("tanh(u) < 1",),
    "tanh-above-minus-one": ("tanh(u) > -1",),
    "tanh-below-identity": ("tanh(u) <= u", "u >= 0"),
    "tanh-above-hyperbola": ("tanh(u)*(1 + u) >= u", "u >= 0"),
    "tanh-lipschitz": ("abs(tanh(u) - tanh(v)) <= abs(u - v)",),
    "tanh-monotone": ("tanh(u) <= tanh(v)", "u <= v"),
    "tanh-of-sum": ("tanh(u + v)*(1 + tanh(u)*tanh(v)) == tanh(u) + tanh(v)",),
    "tanh-by-exp": ("tanh(u)*(exp(u)**2 + 1) == exp(u)**2 - 1",),
    "erf-below-one": ("erf(u) < 1",),
    "erf-above-minus-one": ("erf(u) > -1",),
    "erf-below-tangent": ("erf(u)*sqrt(pi) <= 2*u", "u >= 0"),
    "erf-square-above": ("erf(u)**2 >= 1 - exp(-u**2)",),  # the square of the Gaussian over a disc inside a square
    "erf-square-below": ("erf(u)**2 <= 1 - exp(-2*u**2)",),  # and over a disc around it
    "erf-square-below-area": ("erf(u)**2 <= 1 - exp(-4*u**2/pi)",),  # and over the disc of the square's area
    "erf-above": ("erf(u) >= 1 - exp(-u**2)", "u >= 0"),
    "erf-lipschitz": ("abs(erf(u) - erf(v))*sqrt(pi) <= 2*abs(u - v)",),
    "erf-monotone": ("erf(u) <= erf(v)", "u <= v"),
    "atan-below": ("atan(u) < pi/2",),
    "atan-above": ("atan(u) > -pi/2",),
    "atan-below-identity": ("atan(u) <= u", "u >= 0"),
    "atan-of-reciprocal": ("atan(u) + atan(1/u) == pi/2", "u > 0"),
    "atan-lipschitz": ("abs(atan(u) - atan(v)) <= abs(u - v)",),
    "atan-monotone": ("atan(u) <= atan(v)", "u <= v"),
    "sin-below-one": ("sin(u) <= 1",),
    "sin-above-minus-one": ("sin(u) >= -1",),
    "cos-below-one": ("cos(u) <= 1",),
    "cos-above-minus-one": ("cos(u) >= -1",),
    "sin-nonnegative": ("sin(u) >= 0", "u >= 0", "u <= pi"),
    "cos-nonnegative": ("cos(u) >= 0", "u >= -pi/2", "u <= pi/2"),
    "sin-nonpositive": ("sin(u) <= 0", "u >= -pi", "u <= 0"),
    "sin-lipschitz": ("abs(sin(u) - sin(v)) <= abs(u - v)",),
    "cos-lipschitz": ("abs(cos(u) - cos(v)) <= abs(u - v)",),
    "pythagoras": ("sin(u)**2 + cos(u)**2 == 1",),
    "sin-below-identity": ("sin(u) <= u", "u >= 0"),
    "sin-above-negative": ("sin(u) >= -u", "u >= 0"),
    "cos-above-parabola": ("cos(u) >= 1 - u**2/2",),
    "sin-of-sum": ("sin(u + v) == sin(u)*cos(v) + cos(u)*sin(v)",),
    "cos-of-sum": ("cos(u + v) == cos(u)*cos(v) - sin(u)*sin(v)",),
    "power-step": ("u**(t + 1) == u*u**t", "integer(t)", "t >= 0"),
    "power-of-integer-sum": ("u**(s + t) == u**s*u**t", "integer(s)", "integer(t)", "s >= 0", "t >= 0"),
    "power-of-sum": ("u**(v + w) == u**v*u**w", "u > 0"),
    "power-of-product": ("(u*v)**t == u**t*v**t", "integer(t)", "t >= 0"),
    "power-of-power": ("(u**s)**t == u**(s*t)", "integer(s)", "integer(t)", "s >= 0", "t >= 0"),
    "power-of-real-power": ("(u**v)**w == u**(v*w)", "u > 0"),
    "real-power-of-product": ("(u*v)**w == u**w*v**w", "u > 0", "v > 0"),
    "power-subadditive": ("(u + v)**w <= u**w + v**w", "u >= 0", "v >= 0", "w > 0", "w <= 1"),
    "power-by-exp": ("u**v == exp(v*log(u))", "u > 0"),
    "power-integer-monotone": ("u**t <= v**t", "u >= 0", "u <= v", "integer(t)", "t >= 0"),
    "power-of-abs": ("abs(u)**v == u**v", "u >= 0", "integer(v)", "v >= 0"),
    "power-of-exp": ("exp(u)**v == exp(u*v)",),
    "power-above-tangent": ("u**v >= 1 + v*(u - 1)", "u > 0", "v >= 1"),
    "power-below-tangent": ("u**v <= 1 + v*(u - 1)", "u > 0", "v >= 0", "v <= 1"),
    "power-below-exp": ("(1 + u)**t <= exp(t*u)", "u >= -1", "integer(t)", "t >= 0"),
    "real-power-below-exp": ("u**v <= exp(v*(u - 1))", "u > 0", "v >= 0"),
    "power-above-exp": ("u**v >= exp(v*(1 - 1/u))", "u > 0", "v >= 0"),
    "power-superadditive": ("(u + v)**w >= u**w + v**w", "u >= 0", "v >= 0", "w >= 1"),
    "power-mean": ("(u + v)**w <= 2**(w - 1)*(u**w + v**w)", "u >= 0", "v >= 0", "w >= 1"),
    "weighted-mean": ("u**w*v**(1 - w) <= w*u + (1 - w)*v", "u > 0", "v > 0", "w >= 0", "w <= 1"),
    "young": ("s*t*u*v <= t*u**s + s*v**t", "u >= 0", "v >= 0", "s > 1", "t > 1", "s + t == s*t"),
    "bernoulli": ("(1 + u)**t >= 1 + t*u", "u >= -1", "integer(t)", "t >= 0"),
    "bernoulli-below": ("(1 + u)**t >= 1 + t*u", "u >= -2", "integer(t)", "t >= 0"),  # abs(1 + u) <= 1, or as above
    "p-step": ("p(t + 1, u) == 1 + abs(u)*p(t, u)", "integer(t)", "t >= 0"),
    "p-closed": ("(1 - abs(u))*p(t, u) == 1 - abs(u)**t", "integer(t)", "t >= 0"),
    "p-empty": ("p(t, u) == 0", "integer(t)", "t <= 0"),
    "p-at-one": ("p(t, u) == t", "abs(u) == 1", "integer(t)", "t >= 0"),
    "p-monotone-in-base": ("p(t, u) <= p(t, v)", "u >= 0", "u <= v", "integer(t)"),
    "p-as-sum": ("p(t, u) == sum(k, 0, t - 1, abs(u)**k)", "integer(t)", "t >= 0"),
    "p-above-last": ("p(t + 1, u) >= (t + 1)*u**t", "u >= 0", "u <= 1", "integer(t)", "t >= 0"),
    "p-as-plain-sum": ("p(t, u) == sum(k, 0, t - 1, u**k)", "u >= 0", "integer(t)", "t >= 0"),
    "p-increasing": ("p(s, u) <= p(t, u)", "integer(s)", "integer(t)", "s <= t"),
    "p-at-least-one": ("p(t, u) >= 1", "integer(t)", "t >= 1"),
    "q-step": ("q(t + 1, u) == p(t + 1, u) + abs(u)*q(t, u)", "integer(t)"),
    "q-closed": ("(1 - abs(u))*q(t, u) == p(t, u) - t*abs(u)**t", "integer(t)", "t >= 0"),
    "q-as-plain-sum": ("q(t, u) == sum(k, 0, t - 1, (k + 1)*u**k)", "u >= 0", "integer(t)", "t >= 0"),
    "q-empty": ("q(t, u) == 0", "integer(t)", "t <= 0"),
    "q-at-one": ("q(t, u) == t*(t + 1)/2", "abs(u) == 1", "integer(t)", "t >= 0"),
    "q-monotone-in-base": ("q(t, u) <= q(t, v)", "u >= 0", "u <= v", "integer(t)"),
    "q-as-sum": ("q(t, u) == sum(k, 0, t - 1, (k + 1)*abs(u)**k)", "integer(t)", "t >= 0"),
    "q-increasing": ("q(s, u) <= q(t, u)", "integer(s)", "integer(t)", "s <= t"),
    "q-at-least-one": ("q(t, u) >= 1", "integer(t)", "t >= 1"),
    "q-below-p-squared": ("q(t, u) <= p(t, u)**2", "integer(t)"),
    "p-below-q": ("p(t, u) <= q(t, u)", "integer(t)"),
}


class Axiom:
    """A conclusion with its side conditions; ``integers`` are the metavariables that must stand for integers."""

    __slots__ = ("conclusion", "conditions", "integers", "variables")

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.conclusion: Rel = read_relation(texts[0])
        self.integers = tuple(text[8:-1] for text in texts[1:] if text.startswith("integer("))
        self.conditions = tuple(read_relation(text) for text in texts[1:] if not text.startswith("integer("))
        self.variables = frozenset().union(*(free_relation(item) for item in (self.conclusion, *self.conditions)))


AXIOMS: dict[str, Axiom] = {name: Axiom(texts) for name, texts in _TEXT.items()}
