"""One small function per figure; one file per group of figures."""
