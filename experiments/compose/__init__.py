"""From overrides and yaml files to a checked, frozen study and its plan of runs; nothing is computed here."""
