"""A preview or plan into findings, and findings into a comment: pure, but for live.py and what lies under it."""
