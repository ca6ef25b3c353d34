"""The estimator of an outside econometrician beside the true effect."""
