"""What lenders see of applicants, and the scorecards they judge by."""
