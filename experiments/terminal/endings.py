"""How every command ends: its exit code, and the one line that states why its work could not be done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from experiments.refusal import Refusal, Trouble
from experiments.terminal.command_line import DONE, FAILED, INTERRUPTED, REFUSED, usage


def run_command(
    about: str | None, arguments: Sequence[str] | None, work: Callable[[list[str]], int], stopped: str, kept: str = ""
) -> int:
    """Return the exit code of work on a command's arguments, as `exit_code_of`; print how it is used for --help."""
    texts = list(sys.argv[1:] if arguments is None else arguments)
    if any(text in ("-h", "--help") for text in texts):
        print(usage(about))
        return DONE
    return exit_code_of(lambda: work(texts), stopped, kept)


def exit_code_of(
    work: Callable[[], int], stopped: str = "stopped", kept: str = "", refused: tuple[type[Trouble], ...] = ()
) -> int:
    """Return the exit code of work, and print in one line why it could not be done; `stopped` is printed on Ctrl-C.

    `kept` is printed beside, of what remains; troubles of the kinds `refused` lie in what was asked for.
    """
    try:
        return work()
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return REFUSED
    except refused as problem:
        print(problem, file=sys.stderr)
        return REFUSED
    except (Trouble, MemoryError) as problem:
        print("\n".join(text for text in (described(problem), kept) if text), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(stopped, file=sys.stderr)
        return INTERRUPTED


def described(problem: BaseException) -> str:
    """Return in one line what ended a command, other than a refusal of its input."""
    text = str(problem)
    if not isinstance(problem, MemoryError) or text.startswith("memory: "):
        return text
    return f"memory: not enough is left: {text or 'the system gives no more'}"
