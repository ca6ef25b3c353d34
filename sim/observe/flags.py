"""The bits of the word that remembers, person by person, what happened before and after a policy."""

from sim.counted import FLAG

flags = FLAG
__all__ = ["FLAG", "flags"]
