"""The one generator: published vectors, keys by name, numbers strictly inside (0, 1), streams that share nothing."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from sim.compiling import kernel
from sim.draws import LOW_BITS_DROPPED, PURPOSES, UNIT, Draws, fill_normals, fill_uniforms, philox_words, uniform
from sim.elementary import normal_quantile

# From the known-answer file of the Random123 distribution: counter, key, the four words.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((2**32 - 1,) * 4, (2**32 - 1,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@kernel
def words_into(counter, key, words):
    """Call the inlined generator from compiled code, as the engines do."""
    w = philox_words(counter[0], counter[1], counter[2], counter[3], key[0], key[1])
    words[0], words[1], words[2], words[3] = w[0], w[1], w[2], w[3]


def philox_in_plain_python(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    """The algorithm of the paper in Python integers."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        high_0, low_0 = divmod(0xD2511F53 * c0, 2**32)
        high_1, low_1 = divmod(0xCD9E8D57 * c2, 2**32)
        c0, c1, c2, c3 = high_1 ^ c1 ^ k0, low_1, high_0 ^ c3 ^ k1, low_0
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return c0, c1, c2, c3


def words_of(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    words = np.zeros(4, dtype=np.uint64)
    words_into(np.array(counter, dtype=np.uint64), np.array(key, dtype=np.uint64), words)
    return tuple(int(word) for word in words)


@pytest.mark.parametrize(("counter", "key", "words"), KNOWN_ANSWERS)
def test_generator_gives_the_published_words(counter, key, words):
    assert words_of(counter, key) == words
    assert philox_in_plain_python(counter, key) == words


def test_generator_agrees_with_plain_python_at_random_counters():
    generator = random.Random(5)
    for _ in range(300):
        counter = tuple(generator.getrandbits(32) for _ in range(4))
        key = tuple(generator.getrandbits(32) for _ in range(2))
        assert words_of(counter, key) == philox_in_plain_python(counter, key)


def test_a_uniform_is_the_first_two_words_in_fixed_places_of_the_counter():
    keys = Draws(11, 3).keys
    for purpose, month, row, alternative in [(0, 0, 0, 0), (4, 17, 123_456, 9), (len(PURPOSES) - 1, 250, 7, 120)]:
        key = tuple(int(word) for word in keys[purpose])
        first, second, _, _ = philox_in_plain_python((month, row, alternative, 0), key)
        expected = (((first << 32 | second) >> 12) + 0.5) / 2**52
        assert uniform(keys, purpose, month, row, alternative) == expected


def test_filling_rows_gives_the_same_bits_as_one_at_a_time():
    chance = Draws(3).of(8)
    many = chance.uniforms("taste", rows=1_000, first_row=500, alternative=4)
    assert many.tolist() == [chance.uniform("taste", 500 + row, 4) for row in range(1_000)]


def test_uniforms_lie_strictly_between_zero_and_one_even_for_the_extreme_words():
    largest = (2**64 - 1) >> int(LOW_BITS_DROPPED)
    assert (0 + 0.5) * UNIT > 0.0
    assert (largest + 0.5) * UNIT < 1.0
    assert (largest + 0.5) * UNIT > (largest - 0.5) * UNIT  # the last step is not rounded away


def test_uniforms_are_flat():
    drawn = Draws(1).of(0).uniforms("income", rows=1_000_000)
    counts, _ = np.histogram(drawn, bins=100, range=(0.0, 1.0))
    chi_squared = float(((counts - 10_000) ** 2 / 10_000).sum())
    assert 50 < chi_squared < 170  # 99 degrees of freedom: outside with a chance near one in 100,000
    assert abs(drawn.mean() - 0.5) < 0.0015


def test_streams_of_all_purposes_are_uncorrelated():
    chance = Draws(2).of(5)
    streams = np.array([chance.uniforms(purpose, rows=100_000) for purpose in PURPOSES])
    correlations = np.corrcoef(streams)
    assert np.abs(correlations[~np.eye(len(PURPOSES), dtype=bool)]).max() < 0.016  # five standard errors


def test_neighbouring_months_rows_and_alternatives_are_uncorrelated():
    draws = Draws(2)
    base = draws.of(5).uniforms("taste", rows=100_000, alternative=1)
    others = [
        draws.of(6).uniforms("taste", rows=100_000, alternative=1),
        draws.of(5).uniforms("taste", rows=100_000, first_row=1, alternative=1),
        draws.of(5).uniforms("taste", rows=100_000, alternative=2),
        Draws(2, replicate=1).of(5).uniforms("taste", rows=100_000, alternative=1),
        Draws(3).of(5).uniforms("taste", rows=100_000, alternative=1),
    ]
    for other in others:
        assert abs(np.corrcoef(base, other)[0, 1]) < 0.016


def test_no_draw_is_used_twice():
    draws = Draws(4)
    seen: list[np.ndarray] = []
    for purpose, month, alternative in itertools.product(PURPOSES, range(3), range(3)):
        seen.append(draws.of(month).uniforms(purpose, rows=5_000, alternative=alternative))
    drawn = np.concatenate(seen)
    # 52 random bits: among 900,000 numbers a single chance meeting has odds of one in 10,000.
    assert len(np.unique(drawn)) == len(drawn)


def test_keys_hang_on_seed_replicate_and_name_alone():
    keys = Draws(9, 1).keys
    assert np.array_equal(keys, Draws(9, 1).keys)
    assert len({tuple(key) for key in keys.tolist()}) == len(PURPOSES)
    assert not np.array_equal(keys, Draws(9, 2).keys)
    assert not np.array_equal(keys, Draws(8, 1).keys)
    assert keys.max() < 2**32


def test_writing_stays_inside_the_rows_asked_for():
    out = np.full(10, -1.0)
    fill_uniforms(Draws(1).keys, 0, 0, 0, 0, out[2:5])
    assert (out[:2] == -1.0).all()
    assert (out[5:] == -1.0).all()
    assert (out[2:5] > 0.0).all()


def test_many_normals_have_the_bits_of_each_by_itself() -> None:
    shares = np.concatenate(
        [np.linspace(0.001, 0.999, 499), [1e-12, 0.074, 0.075, 0.076, 0.924, 0.925, 0.926, 1 - 1e-12]]
    )
    found = np.zeros(shares.size)
    fill_normals(shares, found, np.zeros(shares.size, dtype=np.int64), np.zeros(shares.size))
    assert found.tolist() == [normal_quantile(share) for share in shares]
