"""Guarantees on the empirical risk for given data and initial weights (section 10 of the mathematics).

`certify` bounds the risk of gradient descent before training: by tracking its reference path (B), by a Lyapunov
argument (A), or by both in turn. Nothing here is about generalisation.
"""

from boundcheck.certificates.certification import certify as certify
from boundcheck.certificates.document import save as save
from boundcheck.certificates.from_configuration import certify_from_configuration as certify_from_configuration
from boundcheck.certificates.guarantee import Certificate as Certificate
from boundcheck.certificates.guarantee import Guarantee as Guarantee
from boundcheck.certificates.replay import Replay as Replay
from boundcheck.certificates.replay import replay as replay
