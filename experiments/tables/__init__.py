"""What the published tables hold: their columns in words, outcomes by name, how ratios are put together."""
