"""Which parameters matter: Morris screening and Sobol indices."""
