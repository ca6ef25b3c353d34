"""Those who lend: banks, platforms, consumer finance companies and micro-lenders."""
