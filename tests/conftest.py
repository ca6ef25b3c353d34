"""What all tests share: one thread for arithmetic, and figures drawn without a screen."""

import os

for setting in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(setting, "1")
os.environ.setdefault("MPLBACKEND", "Agg")
