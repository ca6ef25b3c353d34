"""Those who decide: people, lenders and the regulator, as Mesa agents."""
