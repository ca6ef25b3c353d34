"""The bits of the word that remembers, person by person, what happened before and after a policy."""

from sim.counted import Flag

FLAG = flags = {flag.title: int(flag) for flag in Flag}
__all__ = ["FLAG", "flags"]
