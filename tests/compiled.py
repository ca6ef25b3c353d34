"""Compiles the model with two processes, if no earlier start has: each worker of the tests would compile it alone.

`make test` starts `python -m tests.compiled` while it still installs what only the tests need.
"""

import sys

from experiments.compose.study import compose
from experiments.execute.compilation import compile_model, is_compiled
from experiments.execute.compiling_shown import CompilingShown


def compile_once() -> None:
    """Compile and show how far it is; return at once when all is compiled."""
    config = compose(["population.size=1000"])
    if not is_compiled():
        with CompilingShown(lambda text: print(text, file=sys.stderr, flush=True)) as shown:
            compile_model(config, shown.show)


if __name__ == "__main__":
    compile_once()
