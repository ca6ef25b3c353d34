"""The names of the files in the folder of a study or an analysis; the report reads them without knowing the model."""

MARKER = "study.json"  # written first: whose folder this is
MANIFEST = "manifest.json"  # written last: that the study is done, and what belongs to it
LOCK = ".lock"
LOG = "log.jsonl"
CONFIG = "config.yaml"
PAGE = "report.html"  # a study's is drawn from its tables after the manifest is written, so it is no part of that
REPORTS = (PAGE, "report.pdf")
DRAWN = "report.json"  # the hash of a study's report, and of the manifest whose results it shows
