"""Distances on the ellipsoid of WGS 84 by Vincenty's formulae: another way than the service's, for comparison."""

from math import atan, atan2, cos, hypot, radians, sin, sqrt, tan

A, FLATTENING = 6_378_137.0, 1 / 298.257223563
B = A * (1 - FLATTENING)


def geodesic_km(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Between (latitude, longitude) and another; not for points that are nearly opposite."""
    if first == second:
        return 0.0
    u1, u2 = (atan((1 - FLATTENING) * tan(radians(latitude))) for latitude, _ in (first, second))
    wanted = lam = radians(second[1] - first[1])
    for _ in range(200):
        sigma_sin = hypot(cos(u2) * sin(lam), cos(u1) * sin(u2) - sin(u1) * cos(u2) * cos(lam))
        sigma_cos = sin(u1) * sin(u2) + cos(u1) * cos(u2) * cos(lam)
        sigma = atan2(sigma_sin, sigma_cos)
        alpha_sin = cos(u1) * cos(u2) * sin(lam) / sigma_sin
        alpha_cos2 = 1 - alpha_sin**2
        middle = sigma_cos - 2 * sin(u1) * sin(u2) / alpha_cos2 if alpha_cos2 else 0.0
        c = FLATTENING / 16 * alpha_cos2 * (4 + FLATTENING * (4 - 3 * alpha_cos2))
        inner = sigma + c * sigma_sin * (middle + c * sigma_cos * (2 * middle**2 - 1))
        before, lam = lam, wanted + (1 - c) * FLATTENING * alpha_sin * inner
        if abs(lam - before) < 1e-12:
            break
    return _along(sigma, sigma_sin, sigma_cos, middle, alpha_cos2 * (A**2 - B**2) / B**2)


def _along(sigma: float, sigma_sin: float, sigma_cos: float, middle: float, u_squared: float) -> float:
    k = (sqrt(1 + u_squared) - 1) / (sqrt(1 + u_squared) + 1)
    a, b = (1 + k**2 / 4) / (1 - k), k * (1 - 3 / 8 * k**2)
    inner = sigma_cos * (2 * middle**2 - 1) - b / 6 * middle * (4 * sigma_sin**2 - 3) * (4 * middle**2 - 3)
    return B * a * (sigma - b * sigma_sin * (middle + b / 4 * inner)) / 1_000
