"""Where runs are carried out: one file says what an engine must offer, one more for each engine."""
