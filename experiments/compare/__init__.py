"""From finished runs to effects: paired differences with their intervals, by month, by group and by person."""
