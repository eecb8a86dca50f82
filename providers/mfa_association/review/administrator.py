"""Whether a policy that the same change manages makes an administrator, by the rules of rights.py. Pure."""

from __future__ import annotations

import re

from mfa_association.review.rights import ESCALATIONS, Policy, judge, parse

_MANAGED = ":aws:policy/AdministratorAccess"


def is_administrator_arn(arn: str) -> bool:
    """Whether a managed policy is AWS's AdministratorAccess, in any partition."""
    return arn.endswith(_MANAGED)


def makes_administrator(document: object, user_name: str) -> bool:
    """Whether an inline policy makes its user an administrator, or may: what conditions decide counts, and so does a
    document that is not known yet. Of the account it is known only what the document itself says."""
    if not isinstance(document, dict):
        return True
    account = re.search(r":(\d{12}):", str(document.get("Statement")))
    user_arn = f"arn:aws:iam::{account[1] if account else '000000000000'}:user/{user_name}"
    policies = [Policy("this policy", parse(document))]
    return judge(policies, user_arn, None, None, actions=ESCALATIONS).administrator != "no"
