"""What every engine's adapter needs: its bags of values checked and turned into the lifecycle's records, and one run per
identity.

A bag holds the inputs or outputs of one resource under the names of docs/configuration.md; an adapter turns what its
engine calls unknown into ``UNKNOWN`` first.
"""
