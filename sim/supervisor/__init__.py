"""The supervisor: issues rules, reads returns, orders measures."""
