"""Elementary functions on lanes of doubles, without branches: about 1 to 3 units in the last place.

Each is a range reduction and a polynomial whose coefficients (lowest first, largest fitting error above) are generated
by tests/network/elementary_coefficients.py. Ranges: sin and cos lose accuracy beyond |z| = 1e6; exp saturates at
exp(-708) and exp(709); log expects normal positive numbers. NaN stays NaN.

The rounding trick x + 1.5 * 2**52 is destroyed by reassociation: never compile these with `reassoc` or full fastmath.
"""

from boundcheck.network.kernels.lanes import (
    exponent_and_mantissa,
    flip_if_odd,
    inlined,
    larger,
    magnitude,
    polynomial,
    power_of_two,
    same,
    smaller,
    square_root,
    where_less,
    with_sign,
)

ROUND = 6755399441055744.0
"""1.5 * 2**52: x + ROUND holds the integer nearest to x in its low bits."""
BIASED = ROUND + 1023.0
"""x + BIASED holds the exponent bits of 2**k for the integer k nearest to x."""
LOG2_E = 1.4426950408889634
TWO_LOG2_E, HALF_LOG_2 = 2.8853900817779268, 0.34657359027997264
LOG_2_HIGH, LOG_2_LOW = 0.6931471801362932, 4.2365213637554633e-10
ONE_OVER_PI = 0.3183098861837907
PI_HIGH, PI_MIDDLE, PI_LOW = 3.1415926534682512, 1.215420100718692e-10, 5.825464112186712e-20
HALF_PI, QUARTER_PI = 1.5707963267948966, 0.7853981633974483
TAN_PI_8, TAN_3PI_8 = 0.41421356237309503, 2.414213562373095
SQRT_2 = 1.4142135623730951
ERFC_SCALE, ERFC_OFFSET, ERFC_SHIFT = 14.27450980392157, -2.5686274509803924, 3.0
# error 1.9e-17
TANH = (
    0.11110148076754925,
    0.0010575593794305233,
)
TANH_DIVISOR = (
    0.4444348141008819,
    0.015869164080413188,
)
# error 1.8e-17
EXP = (
    0.5000000000000006,
    0.16666666666666677,
    0.041666666666573135,
    0.008333333333321431,
    0.0013888888932491383,
    0.0001984126988656451,
    2.4801504343865097e-05,
    2.7557243817677926e-06,
    2.762635841594657e-07,
    2.510916000511944e-08,
)
# error 2.3e-19
SIN = (
    -0.16666666666666666,
    0.00833333333333321,
    -0.0001984126984121453,
    2.7557319212021844e-06,
    -2.5052106951350033e-08,
    1.6058943533810382e-10,
    -7.643088102861243e-13,
    2.722162256204596e-15,
)
# error 1.4e-18
ATAN = (
    -0.33333333333333187,
    0.19999999999951815,
    -0.14285714280043982,
    0.11111110776757055,
    -0.09090897585343702,
    0.07692057438689819,
    -0.06663075214448627,
    0.05847696210467421,
    -0.050384993759689634,
    0.03804553549552376,
    -0.0178877649477837,
)
# error 8.5e-21
LOG = (
    0.6666666666666666,
    0.4000000000000635,
    0.2857142856906131,
    0.22222222649682588,
    0.1818177547861023,
    0.15387097551014348,
    0.1324998821273915,
    0.13252346798823583,
)
# error 7.2e-18
ERF = (
    1.1283791670955126,
    -0.37612638903183543,
    0.1128379167094513,
    -0.026866170643256995,
    0.005223977607269946,
    -0.0008548325982543225,
    0.00012055295112667001,
    -1.4924740785377576e-05,
    1.6447471190594618e-06,
    -1.6208829856810202e-07,
    1.3721520406351094e-08,
    -7.798543850549947e-10,
)
# error 8.4e-16
ERFC = (
    0.20663010235987558,
    0.15483966160895127,
    0.05023605992475719,
    0.01296215424408305,
    0.002552584065389138,
    0.00034535527841352383,
    2.077449734218192e-05,
    -2.5373709779207313e-06,
    -5.946388096375445e-07,
    3.82042928295831e-09,
    1.2314435626116683e-08,
    3.202633028879934e-10,
    -2.6074550307928997e-10,
    -7.60092068309786e-12,
)


@inlined
def tanh(x):
    """Hyperbolic tangent: relative error about 2 ulp, also near 0, and never beyond 1."""
    return bounded_tanh(larger(-22.0, smaller(22.0, x)))


@inlined
def bounded_tanh(x):
    """Return `tanh` by one division, the same bits, for |x| <= 350: the power of two stays a normal double.

    With x = k log(2)/2 + f, s = 2**k and tanh(f) = p/q it is (s (q + p) - (q - p)) / (s (q + p) + (q - p)).
    """
    shifted = x * TWO_LOG2_E + BIASED
    f = x - (shifted - BIASED) * HALF_LOG_2
    square = f * f
    p = polynomial(TANH, square) * (square * f) + f
    q = polynomial(TANH_DIVISOR, square) * square + 1.0
    scale = power_of_two(shifted)
    more, less = scale + 1.0, scale - 1.0
    return (less * q + more * p) / (more * q + less * p)


@inlined
def exp(x):
    """Exponential of x clipped to [-708, 709]."""
    y = larger(-708.0, smaller(709.0, x))
    shifted = y * LOG2_E + BIASED
    k = shifted - BIASED
    f = (y - k * LOG_2_HIGH) - k * LOG_2_LOW
    scale = power_of_two(shifted)
    return scale * (polynomial(EXP, f) * (f * f) + f) + scale


@inlined
def sin(x):
    """Sine: subtract the nearest multiple of pi in three parts."""
    shifted = x * ONE_OVER_PI + ROUND
    return flip_if_odd(_sin_reduced(x, shifted - ROUND), shifted)


@inlined
def cos(x):
    """Cosine, the sine of x + pi/2: subtract the nearest odd multiple of pi/2."""
    shifted = (x * ONE_OVER_PI + 0.5) + ROUND
    return flip_if_odd(_sin_reduced(x, (shifted - ROUND) - 0.5), shifted)


@inlined
def _sin_reduced(x, multiple):
    f = ((x - multiple * PI_HIGH) - multiple * PI_MIDDLE) - multiple * PI_LOW
    square = f * f
    return polynomial(SIN, square) * (square * f) + f


@inlined
def atan(x):
    """Arc tangent, reduced to [-tan(pi/8), tan(pi/8)] by one division."""
    a = magnitude(x)
    zero = same(x, 0.0)
    one = same(x, 1.0)
    far, near = zero + TAN_3PI_8, zero + TAN_PI_8
    top = where_less(far, a, -one, where_less(near, a, a - 1.0, a))
    t = top / where_less(far, a, a, where_less(near, a, a + 1.0, one))
    shift = where_less(far, a, zero + HALF_PI, where_less(near, a, zero + QUARTER_PI, zero))
    square = t * t
    value = (polynomial(ATAN, square) * (square * t) + t) + shift
    return with_sign(value, x)


@inlined
def erf(x):
    """Error function: a polynomial up to |x| = 1, beyond it 1 - exp(-x^2) Q(1/(|x|+3)), absolute error about 2e-16."""
    a = smaller(6.1, magnitude(x)) + 0.0
    square = a * a
    image = ERFC_SCALE / (a + ERFC_SHIFT) + ERFC_OFFSET
    large = 1.0 - exp(-square) * polynomial(ERFC, image)
    return with_sign(where_less(a, same(a, 1.0), a * polynomial(ERF, square), large), x)


@inlined
def log(x):
    """Natural logarithm of normal positive x; NaN for negative x, -inf at 0."""
    exponent, mantissa = exponent_and_mantissa(x)
    zero, one = same(x, 0.0), same(x, 1.0)
    halve = where_less(same(x, SQRT_2), mantissa, one, zero)
    f = mantissa * (1.0 - halve * 0.5)
    exponent = exponent + halve
    s = (f - 1.0) / (f + 1.0)
    square = s * s
    value = exponent * LOG_2_HIGH + (exponent * LOG_2_LOW + (polynomial(LOG, square) * (square * s) + s * 2.0))
    below = where_less(x, zero, zero / zero, -one / zero)
    return where_less(x, same(x, 2.3e-308), below, where_less(x, one / zero, value, x))


@inlined
def sqrt(x):
    """Square root."""
    return square_root(x)


@inlined
def square(x):
    """Square."""
    return x * x


@inlined
def inverse(x):
    """Return 1/x."""
    return 1.0 / x


@inlined
def absolute(x):
    """Absolute value."""
    return magnitude(x)


@inlined
def step(x):
    """Heaviside function, 0 at 0: the derivative of max(x, 0)."""
    return where_less(same(x, 0.0), x, same(x, 1.0), same(x, 0.0))


@inlined
def sign(x):
    """Sign: -1, 0 or 1."""
    return step(x) - step(-x)


@inlined
def maximum(x, y):
    """Return the larger of two."""
    return larger(x, y)


@inlined
def minimum(x, y):
    """Return the smaller of two."""
    return smaller(x, y)
