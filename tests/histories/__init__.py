"""Random histories of a program: what changes in it, in AWS and in how it runs, and what must hold whatever happens.

One description (``program``, ``history``) serves three tiers: in memory (``memory``: a model of IAM and of the engines,
which draws among their legal orders of calls and calls the real code), real Terraform and real Pulumi. ``invariants``
judges all of them by AWS's own log and lists. A seed is played again by ``python -m tests.histories.replay SEED``.
"""
