"""The review against what then happens: whatever a run takes or gives was named, for the right user, as badly as it is.

A history of tests/histories is played in memory. Before each run its document is made and reviewed, without and with
AWS's word; afterwards AWS's own log decides.
"""
