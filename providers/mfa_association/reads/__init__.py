"""Reads of a live account, for every adapter that looks at one: patient, in parallel, never a write."""
