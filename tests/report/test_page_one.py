"""What the first page says of a command's own settings: a policy in the baseline, and which arms hold what."""

from __future__ import annotations

from pathlib import Path

from experiments.compose.warnings.warning import CONTRADICTION, LAID_OVER, Flag
from experiments.report.reading import Study
from experiments.report.sections.question import question_section
from tests.report.made_study import write_study

WHY = "rate_cap applies to every arm, the baseline included; effects are those of the arms on top of it"


def made(tmp_path: Path) -> Study:
    return Study(write_study(tmp_path / "made", replicates=1, months=20, leave_out=("effects",)))


def test_a_policy_in_the_baseline_is_said_on_the_first_page(tmp_path: Path) -> None:
    study = made(tmp_path)
    others = Flag(CONTRADICTION, "study.horizons", "", "a horizon", "not this one", ())
    study.manifest["flags"] = [flag._asdict() for flag in (Flag(LAID_OVER, "policy", "", "", WHY, ()), others)]
    output = [block.text for block in question_section(study).blocks if block.kind == "note"]
    assert f"{WHY[0].upper()}{WHY[1:]}." in output
    assert not any("not this one" in text for text in output)
    study.manifest["flags"] = []
    assert not any("rate_cap" in block.text for block in question_section(study).blocks if block.kind == "note")


def test_what_a_command_set_is_listed_with_the_arms_that_hold_it(tmp_path: Path) -> None:
    study = made(tmp_path)
    everywhere = [[scenario, arm] for scenario in ("calm", "shock") for arm in ("baseline", "tightening", "placebo")]
    study.manifest["asked"] = [
        {"text": "population.size=3000", "where": everywhere},
        {"text": "policy.rate_cap.max_apr=0.2", "where": [["calm", "tightening"], ["shock", "tightening"]]},
        {"text": "shock.unemployment.add_share=0.1", "where": everywhere[3:]},
        {"text": "torn"},
    ]
    (table,) = (
        block for block in question_section(study).blocks if block.kind == "table" and "command" in block.caption
    )
    assert table.rows == (
        ("population.size=3000", "every arm"),
        ("policy.rate_cap.max_apr=0.2", "“tightening”"),
        ("shock.unemployment.add_share=0.1", "every arm in “shock”"),
    )
