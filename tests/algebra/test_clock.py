from __future__ import annotations

import time

import pytest

from boundcheck.algebra import prove
from boundcheck.algebra.clock import Clock, OutOfTime


def test_waiting_uses_up_the_deadline_but_no_part_of_it():
    whole = Clock.start(0.2)
    part = whole.part(share=0.5)
    time.sleep(0.12)
    assert not part.over
    time.sleep(0.1)
    assert whole.expired
    assert part.over
    with pytest.raises(OutOfTime):
        part.tick()


def test_a_part_is_no_longer_than_the_whole():
    whole = Clock.start(5)
    assert whole.part(share=0.5).remaining <= 2.5
    assert whole.part(seconds=0.1).remaining <= 0.1
    assert whole.part(seconds=50).remaining <= 5


@pytest.mark.parametrize(
    ("claim", "given"),
    [
        ("sum(i,1,n,sum(j,1,n,i*sum(k,1,n,j*k))) == sum(k,1,n,k)**3 + 1/10**9", ["integer(n)", "n >= 1"]),
        ("(a+b+c+d+e+f)**12 <= 6**11*(a**12+b**12+c**12+d**12+e**12+f**12)", []),
        ("abs(sqrt(1+x**2)-sqrt(1+y**2)) + abs(x*y*z)**(1/3) <= abs(x-y) + abs(x*y*z)**(1/3)", []),
    ],
)
def test_a_short_timeout_is_kept(claim, given):
    start = time.monotonic()
    prove(claim, given, timeout=0.5)
    assert time.monotonic() - start < 4
