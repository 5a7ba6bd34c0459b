"""The literature that a report rests on: once, here; every form of a report takes it from this tuple."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One work: ``use`` says what a report takes from it."""

    key: str
    authors: str
    title: str
    where: str
    year: int
    use: str


REFERENCES: tuple[Work, ...] = (
    Work(
        key="cayci2024",
        authors="S. Cayci and A. Eryilmaz",
        title="Convergence of gradient descent for recurrent neural networks: a nonasymptotic analysis",
        where="arXiv:2402.12241",
        year=2024,
        use="the statements; their displayed formulas are restored from prose, so a constant is that of the proof here",
    ),
    Work(
        key="hoeffding1963",
        authors="W. Hoeffding",
        title="Probability inequalities for sums of bounded random variables",
        where="Journal of the American Statistical Association 58, 13-30",
        year=1963,
        use="concentration over the m/2 independent pairs",
    ),
    Work(
        key="mcdiarmid1989",
        authors="C. McDiarmid",
        title="On the method of bounded differences",
        where="Surveys in Combinatorics, 148-188",
        year=1989,
        use="concentration of a root mean square without a union bound",
    ),
    Work(
        key="clopper1934",
        authors="C. J. Clopper and E. S. Pearson",
        title="The use of confidence or fiducial limits illustrated in the case of the binomial",
        where="Biometrika 26, 404-413",
        year=1934,
        use="intervals of failure frequencies",
    ),
    Work(
        key="johansson2017",
        authors="F. Johansson",
        title="Arb: efficient arbitrary-precision midpoint-radius interval arithmetic",
        where="IEEE Transactions on Computers 66, 1281-1292",
        year=2017,
        use="every certified number (through python-flint)",
    ),
    Work(
        key="meurer2017",
        authors="A. Meurer et al.",
        title="SymPy: symbolic computing in Python",
        where="PeerJ Computer Science 3, e103",
        year=2017,
        use="expressions of the statements",
    ),
)
