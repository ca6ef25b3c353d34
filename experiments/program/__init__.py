"""The program `sluice`: its commands, and their completion in a shell."""
