"""The economy around the market, and the people who live in it at the start."""
