"""Before the first run the model is compiled once; nothing in that may depend on which lenders there are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.compose.study import compose_study
from experiments.execute import compilation
from sim.params import MarketConfig
from tests.market.small_market import small
from tests.variants import fast_first


def joint_lending() -> MarketConfig:
    study = compose_study(["study=joint_lending", "population.size=500", "study.replicates=1"])
    return next(iter(study.markets.values()))


@pytest.mark.parametrize("market", fast_first([joint_lending, small], 1), ids=["many strata", "one stratum"])
def test_compiling_runs_a_tiny_market(
    market: Callable[[], MarketConfig], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = market()
    monkeypatch.setattr(compilation, "_stamp", lambda: tmp_path / "cache" / "ready")
    assert not compilation.is_compiled()
    compilation.compile_model(config)
    assert compilation.is_compiled()


def test_another_checkout_of_the_same_version_compiles_for_itself(tmp_path: Path) -> None:
    """Numba keeps kernels by the folder of their sources: what one checkout compiled is not there for the other."""
    names = {compilation.stamp_name(tmp_path / checkout / "sim") for checkout in ("one", "other")}
    assert len(names) == 2
    assert compilation.stamp_name(compilation.SOURCES) == compilation._stamp().name
    assert (compilation.SOURCES / "market.py").exists()
