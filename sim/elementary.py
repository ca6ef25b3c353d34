"""Exponential, logarithm and normal quantile from + - x / alone.

Library versions differ in the last bit between NumPy, Python and Numba and between processors; these do not, and so
kernels and their reference agree to the bit. Accuracy is near 1e-12, far below anything the model can tell apart.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiling import inlined_rule, rule

LARGEST_EXPONENT = 40.0
LOG_TWO = 0.6931471805599453
ROOT_HALF = 0.7071067811865476
# Of a double: bits of the mantissa and those of one half, whose exponent is stored as 1022.
MANTISSA_BITS, EXPONENT_OF_HALF = 52, 1022
MANTISSA_MASK, HALF_BITS = 0x000FFFFFFFFFFFFF, 0x3FE0000000000000
CENTRAL_HALF_WIDTH = 0.425  # of the shares around one half that the central formula of the normal quantile serves


@inlined_rule
def exponential(x: float) -> float:
    """Return e to the x for x clipped to -40..40, by a Taylor polynomial of x/1024 squared ten times."""
    x = min(max(x, -LARGEST_EXPONENT), LARGEST_EXPONENT) * (1.0 / 1024.0)
    y = 1.0 / 720.0 + x * (1.0 / 5040.0)
    y = 1.0 / 120.0 + x * y
    y = 1.0 / 24.0 + x * y
    y = 1.0 / 6.0 + x * y
    y = 0.5 + x * y
    y = 1.0 + x * y
    y = 1.0 + x * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    y = y * y
    return y * y


@inlined_rule
def logarithm(x: float) -> float:
    """Return the natural logarithm of x > 0, by the series of the inverse hyperbolic tangent on the mantissa.

    The parts of a double are read off its bits, since `math.frexp` calls the library, which keeps loops from vector
    instructions; so x may not be subnormal, below 2.3e-308.
    """
    bits = np.float64(x).view(np.int64)
    exponent = (bits >> MANTISSA_BITS) - EXPONENT_OF_HALF
    mantissa = np.int64((bits & MANTISSA_MASK) | HALF_BITS).view(np.float64)
    is_low = mantissa < ROOT_HALF
    mantissa = mantissa * 2.0 if is_low else mantissa
    exponent = exponent - 1 if is_low else exponent
    t = (mantissa - 1.0) / (mantissa + 1.0)
    s = t * t
    series = 1.0 / 15.0 + s / 17.0
    series = 1.0 / 13.0 + s * series
    series = 1.0 / 11.0 + s * series
    series = 1.0 / 9.0 + s * series
    series = 1.0 / 7.0 + s * series
    series = 1.0 / 5.0 + s * series
    series = 1.0 / 3.0 + s * series
    return 2.0 * t * (1.0 + s * series) + exponent * LOG_TWO


@inlined_rule
def central_quantile(p: float) -> float:
    """Return the standard normal quantile of a share p within 0.425 of one half; algorithm AS 241 (Wichura 1988)."""
    q = p - 0.5
    r = 0.180625 - q * q
    top = 2.5090809287301226727e3
    top = top * r + 3.3430575583588128105e4
    top = top * r + 6.7265770927008700853e4
    top = top * r + 4.5921953931549871457e4
    top = top * r + 1.3731693765509461125e4
    top = top * r + 1.9715909503065514427e3
    top = top * r + 1.3314166789178437745e2
    top = top * r + 3.3871328727963666080e0
    bottom = 5.2264952788528545610e3
    bottom = bottom * r + 2.8729085735721942674e4
    bottom = bottom * r + 3.9307895800092710610e4
    bottom = bottom * r + 2.1213794301586595867e4
    bottom = bottom * r + 5.3941960214247511077e3
    bottom = bottom * r + 6.8718700749205790830e2
    bottom = bottom * r + 4.2313330701600911252e1
    bottom = bottom * r + 1.0
    return q * top / bottom


@inlined_rule
def near_tail_quantile(p: float) -> float:
    """Return the standard normal quantile of a share p in the tails, but not within 1.4e-11 of 0 or 1; as AS 241."""
    q = p - 0.5
    r = 1.0 - p if q > 0.0 else p
    r = math.sqrt(-logarithm(r)) - 1.6
    top = 7.74545014278341407640e-4
    top = top * r + 2.27238449892691845833e-2
    top = top * r + 2.41780725177450611770e-1
    top = top * r + 1.27045825245236838258e0
    top = top * r + 3.64784832476320460504e0
    top = top * r + 5.76949722146069140550e0
    top = top * r + 4.63033784615654529590e0
    top = top * r + 1.42343711074968357734e0
    bottom = 1.05075007164441684324e-9
    bottom = bottom * r + 5.47593808499534494600e-4
    bottom = bottom * r + 1.51986665636164571966e-2
    bottom = bottom * r + 1.48103976427480074590e-1
    bottom = bottom * r + 6.89767334985100004550e-1
    bottom = bottom * r + 1.67638483018380384940e0
    bottom = bottom * r + 2.05319162663775882187e0
    bottom = bottom * r + 1.0
    z = top / bottom
    return -z if q < 0.0 else z


@rule
def tail_quantile(p: float) -> float:
    """Return the standard normal quantile of a share p more than 0.425 from one half; algorithm AS 241."""
    q = p - 0.5
    r = p
    if q > 0.0:
        r = 1.0 - p
    r = math.sqrt(-logarithm(r))
    if r <= 5.0:
        return near_tail_quantile(p)
    r = r - 5.0
    top = 2.01033439929228813265e-7
    top = top * r + 2.71155556874348757815e-5
    top = top * r + 1.24266094738807843860e-3
    top = top * r + 2.65321895265761230930e-2
    top = top * r + 2.96560571828504891230e-1
    top = top * r + 1.78482653991729133580e0
    top = top * r + 5.46378491116411436990e0
    top = top * r + 6.65790464350110377720e0
    bottom = 2.04426310338993978564e-15
    bottom = bottom * r + 1.42151175831644588870e-7
    bottom = bottom * r + 1.84631831751005468180e-5
    bottom = bottom * r + 7.86869131145613259100e-4
    bottom = bottom * r + 1.48753612908506148525e-2
    bottom = bottom * r + 1.36929880922735805310e-1
    bottom = bottom * r + 5.99832206555887937690e-1
    bottom = bottom * r + 1.0
    z = top / bottom
    if q < 0.0:
        return -z
    return z


@rule
def normal_quantile(p: float) -> float:
    """Return the standard normal value below which a share p (0 < p < 1) lies; algorithm AS 241 (Wichura 1988)."""
    if abs(p - 0.5) <= CENTRAL_HALF_WIDTH:
        return central_quantile(p)
    return tail_quantile(p)
