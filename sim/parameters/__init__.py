"""Every number of the model that may be set, one file for each part of the market; `sim.params` gathers them."""
