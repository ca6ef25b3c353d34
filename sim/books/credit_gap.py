"""The credit gap: credit over income against its own trend, as far as it was known at the time.

The trend is that of Hodrick and Prescott, one-sided: each quarter's trend is what the filter makes of the quarters so
far. That is the Kalman filter of a trend whose slope wanders, with the smoothing as the ratio of the two variances, so
a few sums a quarter do it. Source of the guide: Basel Committee, countercyclical buffer (2010), smoothing 400,000.
"""

from __future__ import annotations

from typing import NamedTuple

QUARTER_MONTHS, YEAR_MONTHS = 3, 12
FIRST_MONTH = -24  # two years of the warm-up, when books are full, begin the trend; assumed


class Indicators(NamedTuple):
    """What the regulator has put together from returns: quarterly credit over a year's income, with its months."""

    incomes_fen: tuple[int, ...] = ()  # of households, the last twelve months
    months: tuple[int, ...] = ()  # at whose ends credit was counted
    credit_shares: tuple[float, ...] = ()  # of a year's income

    def after(self, month: int, credit_fen: int, income_fen: int) -> Indicators:
        """Return the indicators after one more month; credit is counted at the ends of quarters."""
        incomes = (*self.incomes_fen, income_fen)[-YEAR_MONTHS:]
        if month < FIRST_MONTH or (month + 1) % QUARTER_MONTHS > 0 or sum(incomes) <= 0:
            return self._replace(incomes_fen=incomes)
        a_year_fen = sum(incomes) * YEAR_MONTHS / len(incomes)
        return Indicators(incomes, (*self.months, month), (*self.credit_shares, credit_fen / a_year_fen))

    def until(self, month: int) -> Indicators:
        """Return what was known when the newest return was that of `month`."""
        known = sum(at <= month for at in self.months)
        return self._replace(months=self.months[:known], credit_shares=self.credit_shares[:known])


NOTHING_SEEN = Indicators()


def one_sided_trends(values: tuple[float, ...], smoothing: float) -> tuple[float, ...]:
    """Return for each value the trend that was known when it came in; the first two are their own trend."""
    if len(values) < 3:
        return values
    level, slope = values[1], values[1] - values[0]
    # Variances of level and slope in units of the slope's own shocks, after two values and nothing known before.
    level_variance, covariance, slope_variance = smoothing, smoothing, 2.0 * smoothing + 1.0
    trends = [values[0], values[1]]
    for value in values[2:]:
        level += slope
        level_variance += 2.0 * covariance + slope_variance
        covariance += slope_variance
        surprise, spread = value - level, level_variance + smoothing
        level_gain, slope_gain = level_variance / spread, covariance / spread
        level += level_gain * surprise
        slope += slope_gain * surprise
        slope_variance += 1.0 - slope_gain * covariance
        covariance *= 1.0 - level_gain
        level_variance *= 1.0 - level_gain
        trends.append(level)
    return tuple(trends)


def gaps(values: tuple[float, ...], smoothing: float) -> tuple[float, ...]:
    """Return by how much each value stood above its trend, as a share of the trend."""
    trends = one_sided_trends(values, smoothing)
    return tuple(value / trend - 1.0 if trend > 0.0 else 0.0 for value, trend in zip(values, trends, strict=True))


def buffer_of(gap: float, lower: float, upper: float, most_share: float) -> float:
    """Return the buffer of a gap: none up to the lower threshold, the most from the upper one, even between."""
    return most_share * min(1.0, max(0.0, (gap - lower) / (upper - lower)))


def noticed(buffers: tuple[float, ...], notice_quarters: int) -> float:
    """Return the buffer in force: a rise is announced so many quarters ahead, a release holds at once."""
    window = buffers[-(notice_quarters + 1) :]
    return min(window) if len(window) > notice_quarters else 0.0
