"""VPR Desktop: log, support, print and learn from violence at work, offline first."""

__version__ = "0.1.0"
