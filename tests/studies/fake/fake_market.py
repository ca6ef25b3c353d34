"""A market of dice with the calls of the real one, for tests of everything around it.

SLUICE_FAKE_FAULTS names a folder of faults. A file `kill-<replicate>` in it holds how many more workers that replicate
kills; `raise-<replicate>` makes it raise; `slow` makes every run last the seconds that it holds. Every
warm-up adds a line to `warm-ups`: the replicate and the process.
"""

import hashlib
import os
import signal
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from sim.observe.flags import flags as flags_of


class Record:
    def __init__(self, tables, flags, quintile):
        self.tables = tables
        self._flags, self._quintile = flags, quintile

    def hash(self):
        digest = hashlib.sha256()
        for name in sorted(self.tables):
            digest.update(repr((name, self.tables[name].to_pydict())).encode())
        digest.update(self._flags.tobytes())
        return digest.hexdigest()

    def people(self):
        return pa.table({"flags": pa.array(self._flags, pa.int32()), "income_quintile": pa.array(self._quintile)})


class CreditMarket:
    def __init__(self, config, *, rng, replicate=0):
        self.config, self.rng, self.replicate = config, rng, replicate

    def run_until(self, month):
        note_warm_up(self.replicate)

    def branch(self, config):
        return CreditMarket(config, rng=self.rng, replicate=self.replicate)

    def run(self):
        misbehave(self.replicate)
        config = self.config
        months = config.calendar.months
        chance = np.random.Generator(np.random.Philox([self.rng, self.replicate]))
        noise = chance.normal(size=(months, len(config.lender) + 1))
        people = config.population.size
        first = min((member.announce_month for _, member in config.policy), default=months)
        squeeze = 1.0 - 0.1 * len(config.policy)
        extra = sum(lender.budget_extra_fen for _, lender in config.lender)
        shocked = bool(config.shock)
        market = {
            name: []
            for name in ("month", "approvals", "applications", "debt_fen", "hardship_share", "informal_debt_fen")
        }
        lender = {
            name: []
            for name in (
                *("month", "lender", "kind", "loans_fen", "originations_fen", "refinanced_fen", "yearly_charges_fen"),
                *("mean_apr", "dpd90_fen", "lagged_managed_loans_fen", "dpd90_lagged_share"),
            )
        }
        for month in range(months):
            factor = squeeze if month >= first else 1.0
            market["month"].append(month)
            market["applications"].append(people)
            market["approvals"].append(int(people * (0.4 + 0.01 * noise[month, 0]) * factor))
            market["debt_fen"].append(int(1_000_000 * people * factor) + extra)
            market["hardship_share"].append(0.05 + 0.02 * shocked + 0.001 * noise[month, 0])
            market["informal_debt_fen"].append(int(100 * people * (2.0 - factor)))
            for index, (name, member) in enumerate(config.lender):
                lender["month"].append(month)
                lender["lender"].append(name)
                lender["kind"].append(member.kind)
                lender["loans_fen"].append(int(1000 * people * factor))
                lent, charges = int(100 * people * factor), 0.2 * factor + 0.001 * noise[month, index + 1]
                lender["originations_fen"].append(lent)
                lender["refinanced_fen"].append(0)
                lender["yearly_charges_fen"].append(int(lent * charges))
                lender["mean_apr"].append(int(lent * charges) / lent)
                lender["dpd90_fen"].append(int(10 * people * factor))
                lender["lagged_managed_loans_fen"].append(1000 * people)
                lender["dpd90_lagged_share"].append(int(10 * people * factor) / (1000 * people))
        flags = chance.integers(0, 1 << 14, size=people).astype(np.int32)
        if config.policy:
            flags[::7] &= ~flags_of["approved"]
        self.record = Record({"market": pa.table(market), "lender": pa.table(lender)}, flags, np.arange(people) % 5 + 1)


def note_warm_up(replicate):
    folder = os.environ.get("SLUICE_FAKE_FAULTS")
    if folder:
        with (Path(folder) / "warm-ups").open("a") as log:
            log.write(f"{replicate} {os.getpid()}\n")


def misbehave(replicate):
    folder = os.environ.get("SLUICE_FAKE_FAULTS")
    if not folder:
        return
    slow = Path(folder) / "slow"
    if slow.exists():
        time.sleep(float(slow.read_text()))
    if (Path(folder) / f"raise-{replicate}").exists():
        raise ArithmeticError(f"planted in replicate {replicate}")
    kill = Path(folder) / f"kill-{replicate}"
    left = int(kill.read_text()) if kill.exists() else 0
    if left > 0:
        less = kill.with_name(f"{kill.name}-{os.getpid()}")
        less.write_text(str(left - 1))
        less.replace(kill)  # at once, since another worker may be reading it
        os.kill(os.getpid(), signal.SIGKILL)
