"""Mesa's model and agent as a market needs them: numbers that belong to the model, and agents that stay to the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn

import mesa


class SelfNumberingModel(mesa.Model):
    """A Mesa model that numbers its agents itself, from 1, and is not kept in memory by the class `mesa.Agent`.

    Mesa up to 3.3 numbers agents by one table of all models there ever were, which is never cleared: the entry that an
    agent has made is taken out again as soon as it registers. Mesa from 3.4 on counts in `agent_id_counter` as well.
    """

    agent_id_counter: int

    def views(self) -> Mapping[type, Callable[[], Any]]:
        """Return the kinds of agents that are made only to be looked at, each with what returns a set of them."""
        return {}

    @property
    def agent_types(self) -> list[type]:
        """The types of agents that can be asked for."""
        return [*super().agent_types, *self.views()]

    @property
    def agents_by_type(self) -> AgentsByType:
        """Sets of agents by type; views are made when they are asked for, and are not in `agents`."""
        return AgentsByType(super().agents_by_type, self.views())

    def register_agent(self, agent: Any) -> None:
        """Take in an agent of the market or of a user, with the next number."""
        table = getattr(mesa.Agent, "_ids", None)
        if isinstance(table, dict) and table.pop(self, None) is not None:
            number = getattr(self, "agent_id_counter", 1)
            agent.unique_id, self.agent_id_counter = number, number + 1
        super().register_agent(agent)

    def deregister_agent(self, agent: Any) -> None:
        """Take out an agent of a user; raises RuntimeError for those of the market itself."""
        if isinstance(agent, PermanentAgent):
            agent.remove()
        super().deregister_agent(agent)


class AgentsByType(dict[type, Any]):
    """Mesa's sets of agents by type; whoever goes through all of them meets the registered ones alone."""

    def __init__(self, registered: Mapping[type, Any], views: Mapping[type, Callable[[], Any]]) -> None:
        """Take over the sets that Mesa keeps."""
        super().__init__(registered)
        self.views = views

    def __missing__(self, kind: type) -> Any:
        """Return the set of views of a kind; raises KeyError for a type that has no agent."""
        return self.views[kind]()


class PermanentAgent(mesa.Agent):
    """An agent that belongs to its market for good; `ways_out` says what there is instead of removing it."""

    ways_out: ClassVar[str]

    def remove(self) -> NoReturn:
        """Raise RuntimeError: the market would go on without knowing that the agent has gone."""
        raise RuntimeError(f"{type(self).__name__}.remove: {self.ways_out}")
