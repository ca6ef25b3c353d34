"""The month once more, person by person in plain Python: what the kernels must agree with to the bit."""
