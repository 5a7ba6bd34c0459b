"""Relations in LaTeX as one line of Unicode that a terminal shows: ``min_{s<τ} R(Θ(s)) ≤ bound``."""

from __future__ import annotations

import re
import unicodedata

_UPRIGHT = re.compile(r"\\(?:text|mathrm|operatorname|mathbf|mathbb|mathcal)\{([^{}]*)\}")
_TOKEN = re.compile(_UPRIGHT.pattern.replace("([", "(?:[") + r"|\\[A-Za-z]+|\\.|<=|>=|\s+|.", re.DOTALL)
_NO_SIGN = {rf"\{name}" for name in ("left", "right", "big", "Big", "bigg", "Bigg", "displaystyle", "!")}
_SPACES = {r"\quad": "  ", r"\qquad": "  ", r"\ ": " ", r"\,": " ", r"\;": " ", r"\:": " ", "~": " "}
_RELATIONS = {
    "=": "=", "<": "<", ">": ">", "<=": "≤", ">=": "≥", r"\le": "≤", r"\leq": "≤", r"\ge": "≥", r"\geq": "≥",
    r"\to": "→", r"\ne": "≠", r"\approx": "≈", r"\in": "∈", r"\sim": "~", r"\ll": "≪", r"\gg": "≫",
}  # fmt: skip
_OPERATORS = {r"\sum": "∑", r"\prod": "∏", r"\cup": "∪", r"\cap": "∩", r"\int": "∫"}
_WORDS = {rf"\{name}": name for name in ("min", "max", "sup", "inf", "log", "exp", "ln", "lim", "sin", "cos", "tanh")}
_SIGNS = {
    r"\|": "‖", r"\langle": "⟨", r"\rangle": "⟩", r"\partial": "∂", r"\nabla": "∇", r"\cdot": "·", r"\times": "×",
    r"\infty": "∞", r"\pm": "±", r"\ldots": "…", r"\{": "{", r"\}": "}", r"\varepsilon": "ε", r"\epsilon": "ε",
    r"\varphi": "φ", r"\phi": "φ", r"\ell": "ℓ",
}  # fmt: skip
_GREEK = {"LAMBDA": "LAMDA"}
_ACCENTS = {r"\hat": "\u0302", r"\bar": "\u0304", r"\tilde": "\u0303", r"\dot": "\u0307"}
_LOW = dict(zip("0123456789+-()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_HIGH = dict(zip("0123456789+-()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
_ATOM = re.compile(r"√?[^\W_][\u0302-\u0307₀-₉ₐ-ₜ⁰-⁹]*|[0-9.]+|\([^()]*\)")
_ENDS_A_FRACTION = {None, "}", ")", "]", ",", ";", "+", "-", *_RELATIONS, r"\quad", r"\qquad", r"\ "}


def readable(latex: str) -> str:
    """Write a relation in LaTeX (the subset that statements use) as one line of Unicode.

    Fractions become quotients with the brackets they need, indices and powers take Unicode's where it has them. Text
    without a backslash is returned as it is; a command that is not known keeps its name.
    """
    if "\\" not in latex:
        return latex
    text = _Reader(latex).sequence()
    return re.sub(" {3,}", "  ", re.sub(r"([:(\[]) +", lambda found: found[1] + " " * (found[1] == ":"), text)).strip()


class _Reader:
    def __init__(self, latex: str) -> None:
        self.tokens = [token for token in _TOKEN.findall(latex) if not token.isspace() and token not in _NO_SIGN]
        self.place = 0

    def peek(self) -> str | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def next(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1]

    def sequence(self, *, tight: bool = False) -> str:
        """Read up to a closing brace or the end; tight: without spaces, as in an index."""
        written = ""
        while (token := self.peek()) is not None and token != "}":
            written += self.item(written, tight)
        return written

    def item(self, before: str, tight: bool) -> str:
        token = self.next()
        if token in _SPACES:
            return "" if tight else _SPACES[token]
        if token in _RELATIONS:
            return _RELATIONS[token] if tight else _spaced(_RELATIONS[token], before)
        if token in ("+", "-"):
            if tight or not before or before.rstrip()[-1:] in "([,=≤≥<>→:;":
                return "-" if token == "-" and tight else {"+": "+", "-": "−"}[token]
            return _spaced({"+": "+", "-": "−"}[token], before)
        if token in (",", ";", ":"):
            return token if tight or self.peek() in _SPACES else token + " "
        if token in (r"\frac", r"\tfrac", r"\dfrac"):
            return self.fraction()
        return self.scripted(self.atom(token), token)

    def argument(self, *, tight: bool = False) -> str:
        """Read what a command or a script applies to: a group, or one token with its own arguments."""
        if self.peek() is None:
            return ""
        token = self.next()
        if token != "{":
            return self.fraction() if token in (r"\frac", r"\tfrac") else self.atom(token)
        inner = self.sequence(tight=tight)
        self.place += 1
        return inner

    def atom(self, token: str) -> str:
        if token == "{":
            self.place -= 1
            return self.argument()
        if token == r"\sqrt":
            return f"√{_bracketed(self.argument())}"
        if token in _ACCENTS:
            return self.argument() + _ACCENTS[token]
        if words := _UPRIGHT.fullmatch(token):
            return words[1]
        if token.startswith("\\"):
            return _sign(token)
        return token

    def fraction(self) -> str:
        above, below = self.argument(), self.argument()
        sums = re.search(r" [+−] ", re.sub(r"\([^()]*(\([^()]*\)[^()]*)*\)", "", above))
        text = f"{f'({above})' if sums else above}/{_bracketed(below)}"
        return text if self.peek() in _ENDS_A_FRACTION else f"({text})"

    def scripted(self, base: str, token: str) -> str:
        """Add indices, powers and primes to what was read."""
        text, plain = base, False
        operator = token in _OPERATORS or token in _WORDS or token.startswith(r"\mathrm{")
        while self.peek() in ("_", "^", "'"):
            mark = self.next()
            if mark == "'":
                text += "′"
                continue
            inner = self.argument(tight=True)
            found = None if plain else _script(inner, _LOW if mark == "_" else _HIGH)
            plain = plain or (found is None and mark == "^")
            text += found or f"{mark}{_grouped(inner, mark)}"
            operator = operator or found is None
        text = text.replace("′′′", "‴").replace("′′", "″")
        after = self.peek() or ""
        letter = after[-1:].isalpha() and after not in _RELATIONS and after not in _SPACES
        return text + " " * (operator and (letter or (token in (*_OPERATORS, *_WORDS) and "_" in text)))


def _spaced(sign: str, before: str) -> str:
    return f"{sign} " if not before or before.endswith(" ") else f" {sign} "


def _sign(token: str) -> str:
    known = _SIGNS.get(token) or _OPERATORS.get(token) or _WORDS.get(token)
    name = token[1:]
    if known or not name.isalpha():
        return known or name
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {_GREEK.get(name.upper(), name.upper())}")
    except KeyError:
        return name


def _script(inner: str, signs: dict[str, str]) -> str | None:
    """Write an index or a power in Unicode's own signs; None where one is missing or it is a word."""
    if inner in ("*", "′"):
        return inner
    if not inner or re.search(r"[A-Za-z]{2}", inner) or any(sign not in signs for sign in inner):
        return None
    return "".join(signs[sign] for sign in inner)


def _grouped(inner: str, mark: str) -> str:
    if re.fullmatch(r"\w+[\u0302-\u0304]?", inner):
        return inner
    return f"{{{inner}}}" if mark == "_" else f"({inner})"


def _bracketed(text: str) -> str:
    return text if _ATOM.fullmatch(text) else f"({text})"
