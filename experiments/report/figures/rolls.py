"""Roll rates as a heat map: where the money in each bucket of delay stands a month later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from experiments.report.style import WIDTH, to_svg
from experiments.report.wording import MINUS, short


class Matrix(NamedTuple):
    """A roll matrix in shares of the opening balance; a difference is in percentage points."""

    title: str
    shares: np.ndarray  # from x to
    difference: bool


def draw_rolls(rows: Sequence[Sequence[Matrix]], from_names: Sequence[str], to_names: Sequence[str]) -> str:
    """Draw a row of matrices per scenario; shares are printed where they are at least half a per cent."""
    columns = max(len(row) for row in rows)
    height = len(rows) * 3.35 + 0.3
    canvas = Canvas(figsize=(WIDTH, height))
    axes = canvas.subplots(len(rows), columns, squeeze=False)
    canvas.subplots_adjust(
        left=0.075, right=0.995, top=1 - 0.25 / height, bottom=0.62 / height, wspace=0.06, hspace=0.32
    )
    differences = [np.nanmax(np.abs(matrix.shares)) for row in rows for matrix in row if matrix.difference]
    reach = max([*differences, 0.01])
    for row_axes, row in zip(axes, rows, strict=True):
        for axis in row_axes[len(row) :]:
            axis.set_visible(False)
        for at, matrix in enumerate(row):
            axis = row_axes[at]
            shades = matrix.shares if matrix.difference else np.sqrt(matrix.shares)  # roots, so that small shares show
            looks = ("PuOr_r", -reach, reach) if matrix.difference else ("Blues", 0.0, 1.15)
            # Cells are drawn as shapes, not as a bitmap, so that they stay sharp in print.
            axis.pcolormesh(shades, cmap=looks[0], vmin=looks[1], vmax=looks[2], edgecolors="white", linewidth=0.3)
            axis.set_ylim(len(from_names), 0)
            _write_cells(axis, matrix, reach)
            axis.set_title(short(matrix.title, 44), fontsize=8.5)
            axis.set_xticks(np.arange(len(to_names)) + 0.5, to_names, rotation=90, fontsize=6.8)
            axis.set_yticks(
                np.arange(len(from_names)) + 0.5, from_names if at == 0 else [""] * len(from_names), fontsize=6.8
            )
            axis.grid(visible=False)
            axis.spines[:].set_visible(False)
            axis.tick_params(length=0)
    return to_svg(canvas)


def _write_cells(axis: Axes, matrix: Matrix, reach: float) -> None:
    for (from_at, to_at), share in np.ndenumerate(matrix.shares):
        points = 100 * float(share)
        if not np.isfinite(points) or abs(points) < 0.5:
            continue
        text = f"{abs(points):.0f}"
        dark = np.sqrt(share) > 0.7 if not matrix.difference else abs(share) > 0.75 * reach
        if matrix.difference:
            text = ("+" if points > 0 else MINUS) + text
        axis.text(
            to_at + 0.5,
            from_at + 0.5,
            text,
            ha="center",
            va="center",
            fontsize=6.4,
            color="white" if dark else "#222222",
        )
