"""Double-entry books of everybody, in whole fen: ledger, provisions, funding, joint loans, budgets."""
