"""What a review reads, in small pieces; each says whether everything was known, and leaves the rest with the stage."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from mfa_association.lifecycle import Limits
from mfa_association.review.facts import Facts, Live, NotChecked
from mfa_association.review.live import read_live
from mfa_association.review.live.bulk import FEW
from mfa_association.review.model import DeviceStep
from tests.review.live.stage import READ_ONLY, adds, preview, removes, removes_secretly
from tests.support.stage import hardware, user, virtual

from .stage import Policed

CELLS = {
    "exists": ("GetUser",),
    "serial_numbers": ("ListMFADevices",),
    "console_password": ("GetLoginProfile",),
    "active_access_keys": ("ListAccessKeys",),
    "administrator": (
        *("ListAttachedUserPolicies", "ListUserPolicies", "GetUserPolicy", "ListGroupsForUser", "GetPolicy"),
        *("ListAttachedGroupPolicies", "ListGroupPolicies", "GetGroupPolicy", "GetPolicyVersion"),
    ),
    "password_only_users": ("GenerateCredentialReport", "GetCredentialReport"),
    "simulated_as": ("SimulatePrincipalPolicy",),
}
"""Which cell is empty without which action."""
HARMLESS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def review(stage: Policed, *steps: DeviceStep) -> Live:
    """A review of these steps, which mfa-apply would apply."""
    role = f"arn:aws:iam::{stage.account}:role/mfa-apply"
    stage.box.add({"keys": {f"ASIP{stage.account}": {"account": stage.account, "role": "mfa-apply"}}})
    live = read_live(
        stage.settings(), preview(*steps), apply_as=role, limits=Limits(retry_deadline=1), clock=stage.time.clock()
    )
    stage.warnings += [f"{cell}: not checked ({why.reason})" for cell, why in _empty(live)]
    stage.warnings += list(live.not_foreseen)
    return live


def _empty(live: Live) -> list[tuple[str, NotChecked]]:
    cells: list[tuple[str, Any]] = [
        ("password_only_users", live.password_only_users),
        ("simulated_as", live.simulated_as),
    ]
    cells += [(field.name, getattr(facts, field.name)) for facts in live.holders for field in fields(Facts)]
    return [(name, value) for name, value in cells if isinstance(value, NotChecked)]


def review_a_removal(stage: Policed) -> bool:
    """A user with every kind of policy there is."""
    stage.plant(users={"alice": user(virtual(), password=True), "bob": {"password": True}})
    iam, document = stage.admin(), json.dumps(HARMLESS)
    own = iam.create_policy(PolicyName="own", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_user_policy(UserName="alice", PolicyArn=own)
    iam.put_user_policy(UserName="alice", PolicyName="inline", PolicyDocument=document)
    iam.create_group(GroupName="staff", Path="/all/")
    iam.add_user_to_group(GroupName="staff", UserName="alice")
    iam.attach_group_policy(GroupName="staff", PolicyArn=READ_ONLY)
    iam.put_group_policy(GroupName="staff", PolicyName="inline", PolicyDocument=document)
    stage.box.reset_calls()
    live = review(stage, removes("alice", stage.arn()))
    return live.password_only_users == ("bob",) and not _empty(live) and live.holders[0].administrator == "no"


def review_many_removals(stage: Policed) -> bool:
    """More users than are asked for one by one; each has a policy of AWS."""
    names = [f"user-{n}" for n in range(FEW + 1)]
    stage.plant(users={name: user(virtual(name)) for name in names})
    for name in names:
        stage.admin().attach_user_policy(UserName=name, PolicyArn=READ_ONLY)
    stage.box.reset_calls()
    live = review(stage, *(removes(name, stage.arn(name)) for name in names))
    if isinstance(live.listed_at, NotChecked):
        stage.warnings.append(f"each of {len(names)} users asked for ({live.listed_at.reason})")
    elif stage.box.calls()["GetPolicy"]:
        stage.warnings.append("the version of each policy asked for")
    return not _empty(live) and isinstance(live.listed_at, str) and not stage.box.calls()["GetPolicy"]


def review_a_secret_holder(stage: Policed) -> bool:
    """Of a token: no list tells who has it, but the state has the user's id."""
    token = f"GAHT{stage.account[-8:]}"
    stage.plant(users={"alice": user(hardware(token))})
    live = review(stage, removes_secretly(token, user_id=stage.user_id()))
    found = [holder.user_name for _, holder in live.present]
    stage.warnings += [] if found else ["its holder could not be found out"]
    return found == ["alice"]


def review_an_addition(stage: Policed) -> bool:
    stage.plant(users={"alice": {}, "bob": user(virtual())})
    live = review(stage, adds("alice", stage.arn()))
    return [text for _, text in live.predicted_failures] == [f"{stage.arn()} is held by bob"]


def review_a_root_user(stage: Policed) -> bool:
    saved = stage.plant_root()
    live = review(stage, removes(None, saved.serial_number.text, root=stage.member))
    return live.holders[0].serial_numbers == (saved.serial_number.text,)
