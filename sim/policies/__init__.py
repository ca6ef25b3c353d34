"""The regulator's instruments: one dated rule in each file, found by the name of the file."""
