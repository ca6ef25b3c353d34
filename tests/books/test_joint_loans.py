"""One joint loan followed by hand through the balance sheets of originator and partner."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.books.ledger import ASSETS, EQUITY, HOUSEHOLDS, LIABILITIES, Ledger
from sim.books.settlement import Originator, post_customers
from tests.books.made_books import LOST, Contract, part_of, tallies_of

PLATFORM, BANK = 0, 1
PAIR = (Originator("platform", (2_500, 2_500)), Originator("bank", (0, 0)))
JOINT = {"lender": PLATFORM, "partner": BANK, "share_bp": 7_000}


def sheet(ledger: Ledger, name: str) -> dict[str, int]:
    accounts = (
        "cash",
        "loans",
        "joint_loans",
        "allowance",
        "interest_income",
        "service_fee_income",
        "service_fee_expense",
    )
    return {account: ledger.balance(name, account) for account in accounts if ledger.balance(name, account)}


def test_a_joint_loan_worked_by_hand() -> None:
    ledger = Ledger()

    # 10,000.01 yuan are lent: the bank's 70% is 700,000.7 fen, rounded down; the platform takes the odd fen.
    post_customers(ledger, PAIR, tallies_of(2, [Contract(**JOINT, lent=1_000_001)]))
    assert sheet(ledger, "platform") == {"cash": -300_001, "loans": 300_001}
    assert sheet(ledger, "bank") == {"cash": -700_000, "joint_loans": 700_000}

    # The customer pays 123.45 yuan of interest and 1,000.03 of principal. 899,998 are left, of which the bank's part is
    # 629,998; so 70,002 came back to it. Of 12,345 of interest 8,641 are the bank's, and a quarter of that is the fee.
    paid = Contract(**JOINT, opening=1_000_001, interest=12_345, repaid=100_003)
    post_customers(ledger, PAIR, tallies_of(2, [paid]))
    assert sheet(ledger, "platform") == {
        "cash": -300_001 + 30_001 + 3_704 + 2_160,
        "loans": 270_000,
        "interest_income": 3_704,
        "service_fee_income": 2_160,
    }
    assert sheet(ledger, "bank") == {
        "cash": -700_000 + 70_002 + 8_641 - 2_160,
        "joint_loans": 629_998,
        "interest_income": 8_641,
        "service_fee_expense": 2_160,
    }

    # The rest is charged off: each loses its part, out of its own allowance.
    lost = Contract(**JOINT, opening=899_998, bucket=6, next_bucket=LOST)
    post_customers(ledger, PAIR, tallies_of(2, [lost]))
    for name, part in (("platform", 270_000), ("bank", 629_998)):
        assert ledger.balance(name, "loans") + ledger.balance(name, "joint_loans") == 0
        assert ledger.balance(name, "allowance") == part, "overdrawn until provisions are made"
    assert ledger.balance(HOUSEHOLDS, "cash") == 1_000_001 - 12_345 - 100_003
    assert ledger.total_cash() == 0
    for name in ("platform", "bank"):
        ledger.close(name)
        assert ledger.total(name, ASSETS) == ledger.total(name, LIABILITIES + EQUITY)


@given(
    amount=st.integers(1, 10**9),
    share_bp=st.integers(0, 10_000),
    repayments=st.lists(st.integers(0, 10**8), max_size=8),
)
def test_parts_add_up_without_drift(amount: int, share_bp: int, repayments: list[int]) -> None:
    ledger = Ledger()
    terms = {"lender": PLATFORM, "partner": BANK, "share_bp": share_bp}
    post_customers(ledger, PAIR, tallies_of(2, [Contract(**terms, lent=amount)]))
    for asked in repayments:
        repaid = min(asked, amount)
        post_customers(ledger, PAIR, tallies_of(2, [Contract(**terms, opening=amount, repaid=repaid)]))
        amount -= repaid
        assert ledger.balance("bank", "joint_loans") == part_of(amount, share_bp)
        assert ledger.balance("platform", "loans") == amount - part_of(amount, share_bp)


@pytest.mark.parametrize("fee_bp", [0, 10_000])
def test_the_fee_is_a_share_of_the_partners_interest(fee_bp: int) -> None:
    ledger = Ledger()
    month = tallies_of(2, [Contract(**JOINT, opening=500, interest=101)])
    post_customers(ledger, (Originator("platform", (fee_bp, fee_bp)), Originator("bank", (0, 0))), month)
    assert ledger.balance("platform", "service_fee_income") == 70 * fee_bp // 10_000
