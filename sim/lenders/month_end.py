"""How a lender closes its month: the order of the entries. The arithmetic is in `sim.books`."""

from __future__ import annotations

from typing import NamedTuple

from sim.books.capital import settle_capital
from sim.books.confidence import Confidence, confidence_of, worries_of
from sim.books.costs import Costs, Work, costs_of, next_unit_cost_share
from sim.books.funding import refinance
from sim.books.headrooms import buffers_of, equity_asked_fen
from sim.books.impairment import expected_loss, moves_of, originators_of, outlook_of, stages_of
from sim.books.ledger import FIRMS, FUNDERS, GOVERNMENT
from sim.books.provisioning import Floors, allowance_required, bad_loans, floored, tier_2
from sim.books.retained_share import RetainedShare, retained_share_of
from sim.codes import OPERATING, RESOLUTION
from sim.counted import Flow
from sim.lenders.failure import judge_solvency, run_off
from sim.lenders.securitisation import issue_notes, serve_note_holders
from sim.lenders.state import LenderState
from sim.money import basis_points, monthly
from sim.parameters.books import IFRS9
from sim.state import Tallies
from sim.values import Economy, Rules


class Allowances(NamedTuple):
    """What each standard asks for, fen."""

    five_category: int
    ifrs9: int


def close_books(lender: LenderState, tallies: Tallies, economy: Economy, rules: Rules) -> None:
    """Close one lender's month: costs, provisions, tax, owners, funders, and whether it can go on."""
    ledger, name = lender.ledger, lender.name
    month = retained_share_of(tallies, lender.index)
    lender.managed, lender.repaid_fen, lender.collected_fen = month.managed, month.leaving, month.repaid
    note_stocks(lender, month, tallies)
    lender.unused_lines_fen = int(tallies.flow[lender.index, Flow.UNUSED_LINES])
    served = serve_note_holders(lender, month)
    cost = pay_funders(lender, economy) + served.interest
    costs = costs_of_work(lender, month, tallies, effort_of(lender, economy, rules))
    opex = pay_for_work(lender, costs)
    allowances = allowances_of(lender, month, tallies)
    provisions = provide(lender, month, allowances, rules)
    pay_tax(lender)
    income = {
        "interest_fen": lender.balance("interest_income"),
        "service_fees_fen": lender.balance("service_fee_income") - lender.balance("service_fee_expense"),
    }
    issue_notes(lender, month, economy)
    profit = ledger.close(name)
    if lender.status == OPERATING and economy.month >= 0:
        lender.confidence = confidence_in(lender, month, tallies, rules)
    economy = lender.faced(economy)
    is_open, is_calm = lender.status == OPERATING, economy.rollover_factors[lender.index] >= 1.0
    target, asked = lender.capital_target(rules), equity_asked_fen(lender, rules)
    owners = settle_capital(lender, economy.month, target, asked, profit, is_open, is_calm)
    if lender.status == OPERATING:
        refinance_debt(lender, economy)
    else:
        run_off(lender, economy.month, served.repaid)
    stock = month.whole_stock()
    stages = stages_of(stock)
    lender.month_report = income | {
        "status": lender.status,
        "funding_cost_fen": cost,
        "opex_fen": opex,
        "acquisition_cost_fen": costs.acquisition,
        "servicing_cost_fen": costs.servicing,
        "technology_cost_fen": costs.technology,
        "collection_cost_fen": costs.collection,
        "unit_cost_share": lender.unit_cost_share,
        "provisions_fen": provisions,
        "profit_fen": profit,
        "dividends_fen": owners.dividends,
        "capital_raised_fen": owners.raised,
        "charge_offs_fen": month.charge_offs,
        "recoveries_fen": month.recoveries,
        "allowance_five_category_fen": allowances.five_category,
        "allowance_ifrs9_fen": allowances.ifrs9,
        "stage1_fen": stages.first,
        "stage2_fen": stages.second,
        "stage3_fen": stages.third,
        "tier2_fen": tier_2(-lender.balance("allowance"), stock, lender.risk_weighted_fen()),
    }
    judge_solvency(lender, economy.month)
    lender.opening_loans_fen, lender.opening_equity_fen = lender.loans_fen(), lender.equity_fen()


def note_stocks(lender: LenderState, month: RetainedShare, tallies: Tallies) -> None:
    """Remember what rules on next month's lending ask about: working capital, and parts beside each originator."""
    productive = int(tallies.flow[lender.index, Flow.PRODUCTIVE_LOANS])
    lender.productive_share = productive / month.managed if month.managed > 0 else 0.0
    lender.originator_exposure_fen = tuple(tallies.partner_stock[:, lender.index].sum(axis=1).tolist())
    lender.originator_repaid_fen = tuple(tallies.partner_flow[:, lender.index, 2].tolist())


def pay_funders(lender: LenderState, economy: Economy) -> int:
    """Pay interest to funders and return it in fen; in resolution all debt has fallen due and stands still."""
    cost = lender.funding.interest_due() + monthly(lender.funding.deposits, economy.deposit_apr)
    if lender.status == RESOLUTION:
        cost = 0
    lender.ledger.pay(lender.name, "interest_expense", FUNDERS, "interest_income", cost)
    return cost


def costs_of_work(lender: LenderState, month: RetainedShare, tallies: Tallies, effort_share: float) -> Costs:
    """Return what the month's work costs, and let technology make the next month's cheaper.

    `effort_share` is the part of the debtors of charged-off claims that is reached this month.
    """
    p, flow = lender.parameters, tallies.flow[lender.index]
    work = Work(
        managed_fen=month.managed,
        joint_fen=sum(month.joint_stock),
        new_accounts=int(flow[Flow.NEW_APPROVALS]),
        accounts=int(flow[Flow.CUSTOMERS]),
        claims_fen=int(tallies.claims[lender.index]),
        effort_share=effort_share,
    )
    costs = costs_of(work, p.opex_apr, p.joint_opex_apr, p.efficiency, lender.unit_cost_share)
    lender.cost_history = lender.cost_history.after(costs.by_account, month.managed)
    lender.unit_cost_share = next_unit_cost_share(lender.unit_cost_share, p.efficiency)
    return costs


def effort_of(lender: LenderState, economy: Economy, rules: Rules) -> float:
    """Return the share of debtors of charged-off claims reached this month: its own, within the law and what befell."""
    lawful = min(lender.parameters.collection_effort, rules.collection_effort_share)
    return lawful * economy.shock_effects.collection_factors[lender.index]


def pay_for_work(lender: LenderState, costs: Costs) -> int:
    """Pay for the month's work and return it in fen; an administrator works for what there is."""
    opex = costs.total
    if lender.status == RESOLUTION:
        opex = min(opex, max(0, lender.cash_fen()))
    lender.ledger.pay(lender.name, "opex", FIRMS, "income", opex)
    return opex


def allowances_of(lender: LenderState, month: RetainedShare, tallies: Tallies) -> Allowances:
    """Return the allowance by both standards; parts in joint loans are judged by what joint loans did."""
    p = lender.parameters
    lender.experience = lender.experience.after(moves_of(tallies, (lender.index,)))
    originators = originators_of(tallies, lender.index)
    if originators:
        lender.joint_experience = lender.joint_experience.after(moves_of(tallies, originators))
    staged = 0
    for stock, experience in ((month.own_stock, lender.experience), (month.joint_stock, lender.joint_experience)):
        if any(stock):
            outlook = outlook_of(experience, p.provisions.prior_months)
            staged += expected_loss(stock, outlook, p.loss_given_default)
    return Allowances(allowance_required(month.own_stock) + allowance_required(month.joint_stock), staged)


def provide(lender: LenderState, month: RetainedShare, allowances: Allowances, rules: Rules) -> int:
    """Bring the allowance to what the lender's standard and the law ask for and return the provision in fen."""
    standard = lender.parameters.provisions.standard
    required = allowances.ifrs9 if standard == IFRS9 else allowances.five_category
    floors = Floors(rules.coverage_floor_share, rules.loan_provision_floor_share)
    required = floored(required, month.whole_stock(), floors)
    provisions = required + lender.balance("allowance")  # the allowance is an asset with a credit balance
    if provisions >= 0:
        lender.ledger.post(lender.name, "provisions", "allowance", provisions)
    else:
        lender.ledger.post(lender.name, "allowance", "provisions", -provisions)
    return provisions


def pay_tax(lender: LenderState) -> None:
    """Pay tax on the month's profit before fines; in resolution no more than there is cash."""
    tax = int(max(0, lender.ledger.profit(lender.name) + lender.balance("fines")) * lender.tax_share)
    if lender.status == RESOLUTION:
        tax = min(tax, max(0, lender.cash_fen()))  # profit may be provisions released, and pays nobody
    lender.ledger.pay(lender.name, "tax", GOVERNMENT, "income", tax)


def confidence_in(lender: LenderState, month: RetainedShare, tallies: Tallies, rules: Rules) -> Confidence:
    """Return what funders make of the lender's capital, of its bad loans, and of what people say about it."""
    p = lender.parameters
    stock = month.whole_stock()
    worries = worries_of(
        lender.capital_ratio_share(),
        rules.minimum_capital_share + buffers_of(rules) + p.capital_buffer_share,
        bad_loans(stock) / max(1, sum(stock)),
        int(tallies.flow[lender.index, Flow.AWARE]) / max(1, lender.people),
        p.funders,
    )
    return confidence_of(worries, p.funders)


def refinance_debt(lender: LenderState, economy: Economy) -> None:
    """Repay funding that falls due and raise what the cash target needs and funders are willing to give."""
    p, ledger, name = lender.parameters, lender.ledger, lender.name
    factor = economy.rollover_factors[lender.index]
    target = int(p.cash_target_share * lender.loans_fen())
    rate_bp = max(0, basis_points(lender.wholesale_apr(economy)))
    result = refinance(lender.funding, lender.cash_fen(), target, p.deposit_share, p.rollover_share, factor, rate_bp)
    ledger.pay(FUNDERS, "claims_on_others", name, "wholesale", result.raised)
    ledger.pay(name, "wholesale", FUNDERS, "claims_on_others", result.repaid)
    ledger.pay(FUNDERS, "claims_on_others", name, "deposits", result.deposits_in)
    ledger.pay(name, "deposits", FUNDERS, "claims_on_others", result.deposits_out)
    lender.funding = result.funding
