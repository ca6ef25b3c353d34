"""Turns a plain document into one checked MarketConfig, and back into the canonical document that identifies it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from experiments.compose.dates import DATES, MONTH, by_months, check_scope, meets_the_run
from experiments.compose.former_keys import without_former_keys
from experiments.compose.overlaps import check_overlaps
from experiments.compose.registry import member_class
from experiments.compose.sections import read_section
from experiments.refusal import Refusal, nearest, shown
from experiments.tables.spelling import ALL, NOT
from sim.codes import MOST_LENDERS, REGIONS, SECTORS
from sim.economy.cycles import months_into_path
from sim.economy.world import World, normalised
from sim.params import LENDER_KINDS, LenderParameters, MarketConfig, field_names
from sim.policies.base import BEFORE_ALL_MONTHS
from sim.scope import check_kinds
from sim.scoring.scorecard import BINS

MEMBERS = ("lender", "policy", "shock")
DATED_FIELDS = tuple(DATES.values())
MEMBER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
LARGEST_SHARE_OF_FEES = 0.95  # of a price; a headline must be left


def read_market(values: Mapping[str, Any]) -> MarketConfig:
    """Return the checked, frozen configuration of one market; raise Refusal naming what is wrong."""
    plain = without_former_keys({key: value for key, value in values.items() if key not in MEMBERS})
    config = read_section(MarketConfig, plain, "")
    lenders = _read_lenders(values.get("lender"))
    config = config._replace(
        lender=lenders,
        policy=_read_policy(values.get("policy"), lenders, config),
        shock=_read_members("shock", values.get("shock"), config.calendar.months),
    )
    _check_calendar(config)
    _check_lenders(config.lender, config.calendar.months)
    _check_followed(config)
    _check_rule(config)
    _check_founding(config)
    return config


def _check_founding(config: MarketConfig) -> None:
    """Refuse what no market can be founded on: weights that are all zero, too many lenders, a shock to one not there.

    The model itself raises then; here it is reported before the first run, and by a dry run.
    """
    population = config.population
    if len(config.lender) > MOST_LENDERS:
        raise Refusal(f"lender: at most {MOST_LENDERS} lenders fit a market, was {len(config.lender)}")
    try:
        for field in ("region_weights", "sector_weights", "age_weights"):
            normalised(getattr(population, field), f"population.{field}")
        World(config)
    except ValueError as problem:
        raise Refusal(str(problem)) from None


def _members(group: str, values: object) -> dict[str, dict[str, Any]]:
    """Return the members of a group by name; refuse what is no mapping of mappings, or was set without being chosen."""
    if values is None or values == []:
        return {}
    if not isinstance(values, Mapping):
        raise Refusal(f"{group}: must hold members by name, was {shown(values)}")
    found = {}
    for name, member in values.items():
        if not isinstance(member, Mapping):
            raise Refusal(f"{group}.{name}: must hold keys and values, was {shown(member)}")
        if not MEMBER_NAME.fullmatch(str(name)):
            rule = "a name is a letter of A to Z, then up to 59 of these, digits, _ or -"
            raise Refusal(f"{group}: {rule}, was {shown(name)}")
        if "kind" not in member:
            raise Refusal(
                f"{group}.{name}: is set but not chosen; add it with {group}=[{name}]; was {shown(dict(member))}"
            )
        found[str(name)] = dict(member)
    return found


def _read_lenders(values: object) -> tuple[tuple[str, LenderParameters], ...]:
    members = _members("lender", values)
    for name, member in members.items():
        if "id" not in member:
            raise Refusal(f"lender.{name}.id: must be given; draws and the order of work key on it")
    read = [(name, read_section(LenderParameters, member, f"lender.{name}")) for name, member in members.items()]
    return tuple(sorted(read, key=lambda pair: (pair[1].id, pair[0])))


def _read_policy(
    values: object, lenders: tuple[tuple[str, LenderParameters], ...], config: MarketConfig
) -> tuple[tuple[str, Any], ...]:
    """Return the instruments by name; those dated by the calendar that the run never meets are left out."""
    read, months = [], config.calendar.months
    for name, member in sorted(_members("policy", values).items()):
        path = f"policy.{name}"
        section = member_class("policy", member.pop("kind"), path)
        numbers, is_dated = by_months(path, member, config.calendar.start)
        found = read_section(section, numbers, path)
        if is_dated and not meets_the_run(found, lenders, months):
            continue
        _check_dates(path, found, months)
        check_scope(path, found, lenders)
        read.append((name, found))
    check_overlaps(read, config.regulator, months)
    return tuple(read)


def _read_members(group: str, values: object, months: int) -> tuple[tuple[str, Any], ...]:
    read = []
    for name, member in sorted(_members(group, values).items()):
        path = f"{group}.{name}"
        section = member_class(group, member.pop("kind"), path)
        found = read_section(section, member, path)
        _check_dates(path, found, months)
        read.append((name, found))
    return tuple(read)


def _check_dates(path: str, member: Any, months: int) -> None:
    """Refuse dates beyond the horizon or out of order, and whatever the member's own check finds contradictory."""
    for field in field_names(member):
        value = getattr(member, field)
        if not field.endswith("_month") or not isinstance(value, int):
            continue
        earliest = BEFORE_ALL_MONTHS if field in DATED_FIELDS else 0  # a rule may be older than the run
        if not earliest <= value < months:
            raise Refusal(
                f"{path}.{field}: must lie in 0 to {months - 1}, "
                f"within the {months} months of calendar.months, was {value}"
            )
    announced, effective = getattr(member, "announce_month", 0), getattr(member, "effective_month", 0)
    if announced > effective:
        raise Refusal(f"{path}.announce_month: must not be later than effective_month {effective}, was {announced}")
    try:
        member.check(months)
    except ValueError as problem:
        raise Refusal(f"{path}: {problem}") from None


def _check_calendar(config: MarketConfig) -> None:
    if not MONTH.fullmatch(config.calendar.start):
        raise Refusal(f"calendar.start: must be a month written YYYY-MM, was {shown(config.calendar.start)}")
    try:
        months_into_path(config.calendar, config.economy)
    except ValueError as problem:
        raise Refusal(str(problem)) from None
    observe = config.observe
    for window in ("baseline", "outcome"):
        first, end = getattr(observe, f"{window}_from"), getattr(observe, f"{window}_until")
        if first >= end:
            raise Refusal(f"observe.{window}_until: must be later than observe.{window}_from {first}, was {end}")
    if config.population.size > config.population.represents:
        raise Refusal(
            f"population.size: must not exceed population.represents {config.population.represents}, "
            f"was {config.population.size}"
        )


def _check_lenders(lenders: tuple[tuple[str, LenderParameters], ...], months: int) -> None:
    if not lenders:
        raise Refusal("lender: a market needs at least one lender, was none")
    by_name = dict(lenders)
    owner: dict[int, str] = {}
    for name, lender in lenders:
        path = f"lender.{name}"
        if name == ALL or name.startswith(NOT) or name in LENDER_KINDS:
            raise Refusal(f"{path}: {name} means other lenders where outcomes are named; choose another name")
        if lender.id in owner:
            raise Refusal(
                f"{path}.id: each lender has its own, and lender.{owner[lender.id]}.id is the same, was {lender.id}"
            )
        owner[lender.id] = name
        if lender.price_floor_apr > lender.price_ceiling_apr:
            raise Refusal(
                f"{path}.price_floor_apr: must not exceed price_ceiling_apr {lender.price_ceiling_apr}, "
                f"was {lender.price_floor_apr}"
            )
        _check_conduct(path, lender)
        quiet = lender.quiet_cut
        if quiet.start_month >= months and max(quiet.cut_share, quiet.freeze_share) > 0.0:
            raise Refusal(
                f"{path}.quiet_cut.start_month: must be earlier than {months}, "
                f"within the {months} months of calendar.months, was {quiet.start_month}"
            )
        for index, feature in enumerate(lender.learning.model_two_leaves_out):
            if feature not in BINS:
                key = f"{path}.learning.model_two_leaves_out.{index}"
                raise Refusal(f"{key}: no such feature; {nearest(feature, BINS)}; was {shown(feature)}")
        _check_partners(path, name, lender, by_name)


def _check_conduct(path: str, lender: LenderParameters) -> None:
    """Refuse two makers of a markup, one that misjudges its share, no limits, all fees, and a home that is nowhere."""
    if lender.competition.believed_price_weight > 0.0 and lender.strategy.move_months > 0:
        raise Refusal(
            f"{path}.competition.believed_price_weight: must be 0 beside strategy.move_months "
            f"{lender.strategy.move_months}, since a markup has one maker; "
            f"was {lender.competition.believed_price_weight}"
        )
    strategy = lender.strategy
    if strategy.most_limit_steps * strategy.limit_step_share >= 1.0:
        raise Refusal(
            f"{path}.strategy.most_limit_steps: must leave something of limits that fall by "
            f"{strategy.limit_step_share:g} of what they were with every step, was {strategy.most_limit_steps}"
        )
    has_a_home = bool(lender.home_regions or lender.home_sectors) and lender.away_reach_factor < 1.0
    if lender.competition.believed_price_weight > 0.0 and has_a_home:
        raise Refusal(
            f"{path}.competition.believed_price_weight: must be 0 beside away_reach_factor "
            f"{lender.away_reach_factor}, since the markup takes reach_share for the people reached; "
            f"was {lender.competition.believed_price_weight}"
        )
    fees = max(lender.fee_gap_share, lender.largest_fee_share)
    if fees + lender.largest_guarantee_share > LARGEST_SHARE_OF_FEES:
        raise Refusal(
            f"{path}.largest_guarantee_share: must leave with fees of {fees} no more than {LARGEST_SHARE_OF_FEES} "
            f"of the price outside the headline, was {lender.largest_guarantee_share}"
        )
    for field, names in (("home_regions", REGIONS), ("home_sectors", SECTORS)):
        for index, home in enumerate(getattr(lender, field)):
            if home not in names:
                raise Refusal(f"{path}.{field}.{index}: {nearest(home, names)}; was {shown(home)}")


def _check_partners(path: str, name: str, lender: LenderParameters, by_name: Mapping[str, LenderParameters]) -> None:
    if lender.partner and lender.partners:
        raise Refusal(
            f"{path}.partners: must be empty beside the one partner {lender.partner}; set partner='' first; "
            f"was {shown([partner.bank for partner in lender.partners])}"
        )
    if lender.partner:
        _check_partner(f"{path}.partner", name, lender.partner, by_name)
    for index, partner in enumerate(lender.partners):
        _check_partner(f"{path}.partners.{index}.bank", name, partner.bank, by_name)
        if partner.bank in [other.bank for other in lender.partners[:index]]:
            raise Refusal(f"{path}.partners.{index}.bank: each bank once, was {shown(partner.bank)}")
    if lender.partners and not any(partner.weight > 0.0 for partner in lender.partners):
        raise Refusal(
            f"{path}.partners: one weight at least must be above 0, "
            f"was {shown([partner.weight for partner in lender.partners])}"
        )
    if lender.partner_share > 0.0 and not lender.partnerships:
        raise Refusal(f"{path}.partner_share: must be 0 without a partner, was {lender.partner_share}")
    for index, listed in enumerate(lender.accepts_originators):
        if listed not in by_name:
            key = f"{path}.accepts_originators.{index}"
            raise Refusal(f"{key}: no such lender; {nearest(listed, by_name)}; was {shown(listed)}")


def _check_rule(config: MarketConfig) -> None:
    """Refuse a rule of the regulator whose thresholds cross, whose scope is unknown, or which begins too late."""
    rule, months = config.regulator.rule, config.calendar.months
    if not rule.indicator:
        return
    if rule.below_share > rule.above_share:
        raise Refusal(
            f"regulator.rule.below_share: must not exceed above_share {rule.above_share}, was {rule.below_share}"
        )
    if rule.from_month >= months:
        raise Refusal(
            f"regulator.rule.from_month: must lie in 0 to {months - 1}, "
            f"within the {months} months of calendar.months, was {rule.from_month}"
        )
    try:
        check_kinds(rule.kinds)
    except ValueError as problem:
        raise Refusal(f"regulator.rule.{problem}") from None


def _check_followed(config: MarketConfig) -> None:
    """Refuse to follow the customers of a lender that is not there, or from a month that is not run."""
    observe, names = config.observe, [name for name, _ in config.lender]
    if not observe.liquidity_lender:
        return
    if observe.liquidity_lender not in names:
        nearest_name = nearest(observe.liquidity_lender, names)
        raise Refusal(
            f"observe.liquidity_lender: no such lender; {nearest_name}; was {shown(observe.liquidity_lender)}"
        )
    if observe.liquidity_month >= config.calendar.months:
        raise Refusal(
            f"observe.liquidity_month: must lie in 0 to {config.calendar.months - 1}, "
            f"within the {config.calendar.months} months of calendar.months, was {observe.liquidity_month}"
        )


def _check_partner(path: str, name: str, partner: str, by_name: Mapping[str, LenderParameters]) -> None:
    banks = [other for other, lender in by_name.items() if lender.kind == "bank" and other != name]
    if partner not in by_name:
        raise Refusal(f"{path}: no such lender; {nearest(partner, banks)}; was {shown(partner)}")
    if partner not in banks:
        raise Refusal(f"{path}: must be another lender of kind bank; {nearest(partner, banks)}; was {shown(partner)}")


def document_of(config: MarketConfig) -> dict[str, Any]:
    """Return the configuration as plain values, complete and by name; `read_market` turns it back into the same."""
    document: dict[str, Any] = _plain(config)
    document["lender"] = {name: _plain(lender) for name, lender in config.lender}
    for group in ("policy", "shock"):
        document[group] = {name: {"kind": kind_of(member), **_plain(member)} for name, member in getattr(config, group)}
    return document


def kind_of(member: Any) -> str:
    """Return the kind of a policy or shock: the name of the module that holds its class."""
    return str(type(member).__module__.rsplit(".", 1)[-1])


def _plain(section: Any) -> Any:
    if names := field_names(section):
        return {name: _plain(getattr(section, name)) for name in names}
    if isinstance(section, tuple):
        return [_plain(item) for item in section]
    return section


def canonical(document: object) -> bytes:
    """Return a document as the bytes that hashes are taken of: sorted keys, shortest round-trip numbers, no NaN."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()
