"""The names of the files in a study's folder; the report reads them too, and knows nothing of the model."""

MARKER = "study.json"  # written first: whose folder this is
MANIFEST = "manifest.json"  # written last: that the study is done, and what belongs to it
LOCK = ".lock"
LOG = "log.jsonl"
CONFIG = "config.yaml"
REPORTS = ("report.html", "report.pdf")  # drawn from the tables after the manifest is written, so no part of it
DRAWN = "report.json"  # the hash of the report, and of the manifest whose results it shows
