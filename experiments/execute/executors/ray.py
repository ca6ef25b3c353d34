"""Ray: one actor, which is one process, for each slot; a cluster of our own on this machine if none is named.

Only this file knows `ray`, the extra of that name.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import signal
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any

import ray
from ray import _raylet, exceptions

from experiments.execute.executors.base import Engine, Slot, silenced
from experiments.execute.executors.environment import environment_kept, environment_of
from experiments.refusal import Refusal

OBJECT_STORE_BYTES = 80 * 2**20  # little more than the least that Ray allows: nothing of ours travels through it
OLDEST = (2, 52)  # the first version that asks who connects to it for a token
HERE = "127.0.0.1"


class _Hand:
    """What runs in an actor: carries out what it is given."""

    def do(self, function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Call a function and return what it returns."""
        return function(*arguments, **named)


class RayEngine(Engine):
    """Gives one slot for each processor that the cluster has."""

    # A node that runs out of memory ends the actor that wants most.
    deaths = (
        exceptions.RayActorError,
        exceptions.WorkerCrashedError,
        exceptions.NodeDiedError,
        exceptions.OutOfMemoryError,
        exceptions.ObjectLostError,
    )

    def __init__(self, slots: int, address: str) -> None:
        """Have given no slot yet."""
        super().__init__(slots, address)
        self.is_elsewhere = bool(address)
        self.given: set[_OneActor] = set()
        self.settings = contextlib.ExitStack()  # of the environment and of Ray's logger, as long as we are connected

    def open(self) -> None:
        """Start a cluster of our own, or join the one at the address."""
        check_version(ray.__version__)
        if ray.is_initialized():
            raise Refusal("executor: this program is connected to a Ray cluster; disconnect first, or use processes")
        common = {"log_to_driver": False, "configure_logging": False, "logging_level": logging.CRITICAL}
        self.settings.enter_context(silenced("ray"))
        self.settings.enter_context(environment_of(RAY_USAGE_STATS_ENABLED="0"))  # nothing leaves this machine
        self.settings.enter_context(environment_kept("PYTHONBREAKPOINT"))  # Ray names a debugger of its own there
        if not self.address:
            # Whoever reaches a cluster and knows its token can run code in it: one of our own answers to this machine
            # alone, and to those who hold the token, which is given to nobody.
            token = environment_of(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN=secrets.token_hex(32))
            self.settings.callback(read_environment)  # when it is again what it was
            self.settings.enter_context(token)
            read_environment()
        self.settings.callback(ray.shutdown)
        with _termination_kept():
            if self.address:
                try:
                    ray.init(self.address, **common)
                except (ConnectionError, OSError, ValueError, RuntimeError) as problem:
                    raise Refusal(
                        f"executor.address: no Ray cluster answers there: {problem}, was {self.address}"
                    ) from None
            else:
                ray.init(
                    "local",
                    num_cpus=self.slots,
                    num_gpus=0,
                    include_dashboard=False,
                    object_store_memory=OBJECT_STORE_BYTES,
                    _node_ip_address=HERE,
                    **common,
                )
                check_addresses(node["NodeManagerAddress"] for node in ray.nodes())

    def slot(self) -> Slot | None:
        """Return a new actor, or None when every processor that is left has one."""
        if len(self.given) >= int(ray.cluster_resources().get("CPU", 0)):
            return None
        actor = _OneActor(self)
        self.given.add(actor)
        return actor

    def misfit(self, error: BaseException) -> str:
        """Return why an actor could not be made, which Ray reports as its death."""
        if isinstance(error, exceptions.RayActorError) and "creation task" in str(error):
            return str(error).strip().splitlines()[-1].strip()
        return super().misfit(error)

    def kill(self) -> None:
        """Kill all actors."""
        for actor in list(self.given):
            actor.leave()

    def close(self) -> None:
        """Leave the cluster; one of our own ends with that."""
        self.settings.close()


def read_environment() -> None:
    """Let Ray read its settings and its token anew: it may have kept what they were when it was imported."""
    kept: Any = _raylet
    kept.Config.initialize("")
    kept.AuthenticationTokenLoader.instance().reset_cache()


class _OneActor(Slot):
    """One actor as an executor."""

    def __init__(self, engine: RayEngine) -> None:
        self.engine = engine
        self.actor = ray.remote(_Hand).options(num_cpus=1, max_restarts=0, max_task_retries=0).remote()

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Let the actor do something; the future raises when the actor has died."""
        future: Future[Any] = self.actor.do.remote(function, arguments, named).future()
        return future

    def leave(self) -> None:
        """Kill the actor; it holds nothing that is not on disk."""
        self.engine.given.discard(self)
        ray.kill(self.actor)


def check_version(found: str) -> None:
    """Refuse a version of Ray that would let in whoever reaches it."""
    if tuple(int(part) for part in found.split(".")[:2]) < OLDEST:
        raise Refusal(
            f"executor: ray needs version {'.'.join(map(str, OLDEST))} or newer, the first that asks for a token, "
            f"was {found}"
        )


def check_addresses(found: Iterable[str]) -> None:
    """Refuse to work on a cluster of our own that other machines could reach."""
    for address in found:
        if address != HERE:
            raise Refusal(f"executor: Ray answers at {address}, and not to this machine alone; use processes")


@contextlib.contextmanager
def _termination_kept() -> Any:
    """Keep this program's answer to a request to terminate, in the place of which Ray puts its own."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # in a thread there is none to keep
            signal.signal(signal.SIGTERM, before)


def make(slots: int, address: str) -> Engine:
    """Return the engine."""
    return RayEngine(slots, address)
