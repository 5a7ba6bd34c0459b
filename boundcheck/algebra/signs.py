"""Signs at sight: the set of values that the sign of a term may have, and how these combine."""

from __future__ import annotations

from functools import cache

# A sign is the set of values that are possible: any of "-", "0", "+".
ANY = frozenset("-0+")
SIGNS = {
    ">": frozenset("+"), ">=": frozenset("0+"), "==": frozenset("0"), "!=": frozenset("-+"),
    "<": frozenset("-"), "<=": frozenset("-0"),
}  # fmt: skip
_PRODUCT = {
    (a, b): "0" if "0" in (a, b) else ("+" if a == b else "-") for a in "-0+" for b in "-0+"
}  # fmt: skip


@cache
def sign_product(a: frozenset[str], b: frozenset[str]) -> frozenset[str]:
    """Possible signs of a product."""
    return frozenset(_PRODUCT[x, y] for x in a for y in b)


@cache
def sign_sum(a: frozenset[str], b: frozenset[str]) -> frozenset[str]:
    """Possible signs of a sum."""
    if ("+" in a and "-" in b) or ("-" in a and "+" in b):
        return ANY
    result = {x for x in a | b if x != "0"}
    return frozenset(result | {"0"}) if "0" in a and "0" in b else frozenset(result)


def mirrored(signs: frozenset[str]) -> frozenset[str]:
    """Possible signs of the negative."""
    return frozenset({"-": "+", "0": "0", "+": "-"}[sign] for sign in signs)


@cache
def power_sign(sign: frozenset[str], power: int) -> frozenset[str]:
    """Possible signs of a power with exponent >= 1."""
    if power % 2:
        return sign
    return frozenset("0" if one == "0" else "+" for one in sign)
