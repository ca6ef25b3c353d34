"""A supervisor's static stress test beside the simulated one."""
