"""What all tests share: one thread for arithmetic, figures drawn without a screen, the model compiled once."""

import os

import pytest

for setting in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(setting, "1")
os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one worker more than there are processors: many tests wait for commands that they have started."""
    return (os.cpu_count() or 1) + 1


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before several workers start, compile with two processes what each of them would compile alone."""
    if getattr(session.config.option, "numprocesses", None):
        from experiments.compilation import compile_model, is_compiled
        from experiments.config import compose

        config = compose(["population.size=1000"])
        if not is_compiled(config):
            compile_model(config)
