"""A live account beside its roster: who holds what, what is declared, and where the two differ. It only reads.

``walk.take`` makes a ``Snapshot``; ``adopt``, ``drift`` and ``status`` are what one can ask of it.
"""
