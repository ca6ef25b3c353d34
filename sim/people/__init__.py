"""What people do in a month: one file for each step, as compiled passes over all of them."""
