"""The only maker of random numbers: Philox4x32-10, keyed by purpose, counted by month, row and alternative.

A draw is a pure function of (seed, replicate, purpose, month, row, alternative), never of what was drawn before. So the
same person meets the same draws in every policy arm, and a population can be cut into shards anywhere.
Source: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3".
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiling import inlined_rule, kernel
from sim.elementary import CENTRAL_HALF_WIDTH, central_quantile, near_tail_quantile, tail_quantile

FAR_TAIL = 1e-10  # the second formula of the tails of the normal quantile begins at 1.4e-11
FOR_LIFE = 0  # the month of a draw that is made once, for a person and a lender

# One purpose is one decision. The name, not the position, makes the key; the position only finds it.
PURPOSES = (
    "job",  # employment next month
    "income",  # transitory income
    "emergency",  # whether an unavoidable expense arrives
    "emergency_size",
    "purchase",  # whether a purchase comes to mind
    "purchase_size",
    "convenience",  # whether a purchase goes on credit though savings would do
    "reservation",  # the highest price a person would take
    "taste",  # liking of each lender; alternative = the lender's id
    "taste_elsewhere",  # the same, for the second choice within the month
    "signal",  # what a lender's data show of a person's reliability; alternative = id
    "proxy",  # what a lender's data show of a person's income; alternative = id
    "priority",  # rank within a risk band when money is short
    "forget",  # forgetting to pay; alternative = the month of the loan
    "collect",  # whether a collector reaches the debtor; alternative = the month of the loan
    "rumour",  # hearing a rumour; alternative = the lender's id
    "economy",  # aggregate noise; row 0
    "report",  # noise in supervisory returns; row = lender id
    "traits",  # who the person is; alternative = which trait
    "reach",  # which channels reach the person; alternative = the lender's id
    "explore",  # whether a stranger refused by policy gets the smallest loan; alternative = the lender's id
    "offer_test",  # which arm of a lender's test of prices an application is in; alternative = the lender's id
    "quiet_cut",  # whom a lender's programme of cuts picks, for life; alternative = the lender's id
    "officer",  # whether a loan officer looks at an application; alternative = the lender's id
    "insight",  # what an officer believes of a person beside the truth; alternative = the lender's id
    "ration",  # whether a loan is refused at random; one draw for all lenders
    "deceit",  # whether a first loan is a fraud; alternative = the lender's id
    "inspection",  # whether inspectors come to a lender; row = lender id
    "cycle",  # what moves a sector or region by itself; row = its index, alternative 1 = regions
    "funding_market",  # what moves the spread that funders ask of everybody; row 0
    "panel",  # who is followed in the panel, for life
    "limit_test",  # who gets a wider or narrower limit in an offer test, for life; alternative = the lender's id
)

(
    JOB,
    INCOME,
    EMERGENCY,
    EMERGENCY_SIZE,
    PURCHASE,
    PURCHASE_SIZE,
    CONVENIENCE,
    RESERVATION,
    TASTE,
    TASTE_ELSEWHERE,
    SIGNAL,
    PROXY,
    PRIORITY,
    FORGET,
    COLLECT,
    RUMOUR,
    ECONOMY,
    REPORT,
    TRAITS,
    REACH,
    EXPLORE,
    OFFER_TEST,
    QUIET_CUT,
    OFFICER,
    INSIGHT,
    RATION,
    DECEIT,
    INSPECTION,
    CYCLE,
    FUNDING_MARKET,
    PANEL,
    LIMIT_TEST,
) = range(len(PURPOSES))

ROUND_MULTIPLIER_A = np.uint64(0xD2511F53)
ROUND_MULTIPLIER_B = np.uint64(0xCD9E8D57)
KEY_STEP_A = np.uint64(0x9E3779B9)
KEY_STEP_B = np.uint64(0xBB67AE85)
WORD = np.uint64(0xFFFFFFFF)
HALF_WORD_BITS = np.uint64(32)
LOW_BITS_DROPPED = np.uint64(12)
TWO, THREE, FOUR, FIVE, SIX, SEVEN, EIGHT, NINE = (np.uint64(number) for number in range(2, 10))
# Steps of 2**-52, taken at their middles: all are exact doubles strictly between 0 and 1, so that quantiles are finite.
# (One bit more, and the largest would round to 1.0.)
UNIT = 1.0 / 4503599627370496.0


@inlined_rule
def philox_round(
    counter_0: np.uint64,
    counter_1: np.uint64,
    counter_2: np.uint64,
    counter_3: np.uint64,
    key_0: np.uint64,
    key_1: np.uint64,
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the counter after one round: two multiplications, their halves crossed and mixed with the key."""
    product_0 = ROUND_MULTIPLIER_A * counter_0
    product_1 = ROUND_MULTIPLIER_B * counter_2
    return (
        (product_1 >> HALF_WORD_BITS) ^ counter_1 ^ (key_0 & WORD),
        product_1 & WORD,
        (product_0 >> HALF_WORD_BITS) ^ counter_3 ^ (key_1 & WORD),
        product_0 & WORD,
    )


@inlined_rule
def philox_words(
    counter_0: np.uint64,
    counter_1: np.uint64,
    counter_2: np.uint64,
    counter_3: np.uint64,
    key_0: np.uint64,
    key_1: np.uint64,
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four 32-bit words of Philox4x32-10 at a 128-bit counter under a 64-bit key.

    The ten rounds are written out because only then does the compiler work on several rows at once (ten times faster).
    """
    a, b = KEY_STEP_A, KEY_STEP_B
    words = philox_round(counter_0, counter_1, counter_2, counter_3, key_0, key_1)
    words = philox_round(words[0], words[1], words[2], words[3], key_0 + a, key_1 + b)
    words = philox_round(words[0], words[1], words[2], words[3], key_0 + a * TWO, key_1 + b * TWO)
    words = philox_round(words[0], words[1], words[2], words[3], key_0 + a * THREE, key_1 + b * THREE)
    words = philox_round(words[0], words[1], words[2], words[3], key_0 + a * FOUR, key_1 + b * FOUR)
    words = philox_round(words[0], words[1], words[2], words[3], key_0 + a * FIVE, key_1 + b * FIVE)
    words = philox_round(words[0], words[1], words[2], words[3], key_0 + a * SIX, key_1 + b * SIX)
    words = philox_round(words[0], words[1], words[2], words[3], key_0 + a * SEVEN, key_1 + b * SEVEN)
    words = philox_round(words[0], words[1], words[2], words[3], key_0 + a * EIGHT, key_1 + b * EIGHT)
    return philox_round(words[0], words[1], words[2], words[3], key_0 + a * NINE, key_1 + b * NINE)


@inlined_rule
def uniform(keys: NDArray[np.uint64], purpose: int, month: int, row: int, alternative: int) -> float:
    """Return the uniform number strictly between 0 and 1 that belongs to this purpose, month, row and alternative."""
    word_0, word_1, _, _ = philox_words(
        np.uint64(month), np.uint64(row), np.uint64(alternative), np.uint64(0), keys[purpose, 0], keys[purpose, 1]
    )
    return (np.float64(np.int64(((word_0 << HALF_WORD_BITS) | word_1) >> LOW_BITS_DROPPED)) + 0.5) * UNIT


@kernel
def fill_uniforms(
    keys: NDArray[np.uint64], purpose: int, month: int, first_row: int, alternative: int, out: NDArray[np.float64]
) -> None:
    """Write the uniforms of consecutive rows into `out`, starting at `first_row`; the same bits as `uniform`."""
    key_0, key_1 = keys[purpose, 0], keys[purpose, 1]
    for i in range(out.shape[0]):
        word_0, word_1, _, _ = philox_words(
            np.uint64(month), np.uint64(first_row + i), np.uint64(alternative), np.uint64(0), key_0, key_1
        )
        out[i] = (np.float64(np.int64(((word_0 << HALF_WORD_BITS) | word_1) >> LOW_BITS_DROPPED)) + 0.5) * UNIT


@kernel
def fill_uniforms_of(
    keys: NDArray[np.uint64],
    purpose: int,
    month: int,
    rows: NDArray[np.int64],
    alternatives: NDArray[np.int16],
    out: NDArray[np.float64],
) -> None:
    """Write the uniforms of listed rows, each with its own alternative, into `out`; the same bits as `uniform`."""
    key_0, key_1 = keys[purpose, 0], keys[purpose, 1]
    for k in range(out.shape[0]):
        word_0, word_1, _, _ = philox_words(
            np.uint64(month), np.uint64(rows[k]), np.uint64(alternatives[k]), np.uint64(0), key_0, key_1
        )
        out[k] = (np.float64(np.int64(((word_0 << HALF_WORD_BITS) | word_1) >> LOW_BITS_DROPPED)) + 0.5) * UNIT


@kernel
def fill_uniforms_listed(
    keys: NDArray[np.uint64],
    purpose: int,
    month: int,
    rows: NDArray[np.int64],
    alternative: int,
    out: NDArray[np.float64],
) -> None:
    """Write the uniforms of listed rows, all with one alternative, into `out`; the same bits as `uniform`."""
    key_0, key_1 = keys[purpose, 0], keys[purpose, 1]
    for k in range(out.shape[0]):
        word_0, word_1, _, _ = philox_words(
            np.uint64(month), np.uint64(rows[k]), np.uint64(alternative), np.uint64(0), key_0, key_1
        )
        out[k] = (np.float64(np.int64(((word_0 << HALF_WORD_BITS) | word_1) >> LOW_BITS_DROPPED)) + 0.5) * UNIT


@kernel
def fill_normals(
    uniforms: NDArray[np.float64], out: NDArray[np.float64], listed: NDArray[np.int64], tail: NDArray[np.float64]
) -> None:
    """Write the standard normal of every uniform into `out`; the same bits as `normal_quantile`.

    The formula of the middle serves all at once, on vector instructions; that of the tails, over a list, likewise.
    `listed` and `tail` are scratch space as long as `out` at least.
    """
    tails = 0
    for i in range(out.shape[0]):
        out[i] = central_quantile(uniforms[i])
    for i in range(out.shape[0]):
        listed[tails] = i
        tails += 1 if abs(uniforms[i] - 0.5) > CENTRAL_HALF_WIDTH else 0
    for k in range(tails):
        tail[k] = uniforms[listed[k]]
    for k in range(tails):
        tail[k] = near_tail_quantile(tail[k])
    for k in range(tails):
        i = listed[k]
        is_far = min(uniforms[i], 1.0 - uniforms[i]) < FAR_TAIL
        out[i] = tail_quantile(uniforms[i]) if is_far else tail[k]


class MonthDraws(NamedTuple):
    """The draws of one month: the keys of all purposes, and the month that counts them."""

    month: int
    keys: NDArray[np.uint64]

    def uniform(self, purpose: str, row: int = 0, alternative: int = 0) -> float:
        """Return one uniform number by the purpose's name."""
        return uniform(self.keys, PURPOSES.index(purpose), self.month, row, alternative)

    def uniforms(self, purpose: str, rows: int, first_row: int = 0, alternative: int = 0) -> NDArray[np.float64]:
        """Return the uniform numbers of consecutive rows, shape (rows,)."""
        out = np.zeros(rows)
        fill_uniforms(self.keys, PURPOSES.index(purpose), self.month, first_row, alternative, out)
        return out


class Draws:
    """The keys of one replicate: every purpose by name, hashed with the root seed and the replicate's number."""

    def __init__(self, seed: int, replicate: int = 0) -> None:
        """Make the keys; the same seed and replicate always give the same keys."""
        self.seed = seed
        self.replicate = replicate
        self.keys = np.zeros((len(PURPOSES), 2), dtype=np.uint64)
        for index, purpose in enumerate(PURPOSES):
            digest = hashlib.blake2b(f"sluice/{seed}/{replicate}/{purpose}".encode(), digest_size=8).digest()
            self.keys[index, 0] = int.from_bytes(digest[:4], "little")
            self.keys[index, 1] = int.from_bytes(digest[4:], "little")

    def of(self, month: int) -> MonthDraws:
        """Return the draws of one month; months of the warm-up count from zero like any other."""
        return MonthDraws(month, self.keys)
