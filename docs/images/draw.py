"""Draws the README's pictures from a finished study: python docs/images/draw.py DIR, from the project's folder.

The figures are those of the report. Its figure code hands every finished canvas to `to_svg`; here that hand is caught,
so that the same canvas is also kept as PNG.
"""

from __future__ import annotations

import sys
from pathlib import Path
from unittest.mock import patch

from matplotlib import rc_context
from matplotlib.figure import Figure

from experiments.report.figures import forest, series
from experiments.report.reading import Study
from experiments.report.sections.effects import effects_section
from experiments.report.sections.market import market_section
from experiments.report.style import LOOK

HERE = Path(__file__).parent
DOTS_PER_INCH = 90
LARGEST_BYTES = 200_000


def main(folder: Path) -> int:
    """Draw both pictures and say how large they are; return 1 when the study has nothing to draw."""
    canvases: list[Figure] = []

    def catch(canvas: Figure) -> str:
        canvases.append(canvas)
        return "<svg></svg>"

    study = Study(folder)
    with rc_context(LOOK), patch.object(series, "to_svg", catch), patch.object(forest, "to_svg", catch):
        market_section(study)
        market = canvases[:1]
        canvases.clear()
        effects_section(study)
        for name, found in (("market", market), ("effects", canvases[:1])):
            if not found:
                print(f"{folder}: holds nothing to draw for {name}.png", file=sys.stderr)
                return 1
            path = HERE / f"{name}.png"
            found[0].savefig(path, dpi=DOTS_PER_INCH, facecolor="white", metadata={"Software": None})
            print(f"{path.name}: {path.stat().st_size:,} bytes, at most {LARGEST_BYTES:,} wanted")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("give one argument: the folder of a finished study")
    sys.exit(main(Path(sys.argv[1])))
