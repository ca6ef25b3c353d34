"""What is common to all commands on a terminal: how they begin, show progress, speak and end."""
