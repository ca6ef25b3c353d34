"""The program `sluice`; everything that it does is in `experiments` and `sim`."""
