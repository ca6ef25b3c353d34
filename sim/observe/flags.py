"""The bits of the word that remembers, person by person, what happened before and after a policy."""

from sim.values import FLAG

flags = FLAG
__all__ = ["FLAG", "flags"]
