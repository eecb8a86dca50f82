"""What moto gets wrong about users, put right before moto sees the call: names in any case, collisions, conflicts."""

from __future__ import annotations

from collections.abc import Mapping

from moto.iam.models import User

from .accounts import Account
from .callers import Caller
from .errors import Refused
from .listing import root_user
from .request import Action, Request, Result
from .world import SandboxState, user_of

OWN = {"GetUser", "GetLoginProfile", "DeleteLoginProfile", "CreateLoginProfile", "ListAccessKeys", "CreateAccessKey"}
"""Actions that mean the caller where they name no user (API reference)."""
PROFILES = {"GetLoginProfile", "UpdateLoginProfile", "DeleteLoginProfile"}


def is_read(action: str) -> bool:
    """Whether an action leaves everything as it was."""
    return action.startswith(("Get", "List", "Simulate", "Generate"))


def corrected(world: SandboxState, caller: Caller, action: str, form: Mapping[str, str]) -> dict[str, str]:
    """The form that moto is to see, with IAM's spelling of the user's name; or a refusal that moto forgets."""
    account = caller.account
    _refuse_taken(account, action, form)
    if action == "CreateUser" or ("UserName" not in form and action not in OWN):
        return dict(form)
    user = user_of(caller, form.get("UserName"), world.view(account) if is_read(action) else account.live)
    if user is None:
        return dict(form)
    _refuse_conflict(account, user, action)
    return {**form, "UserName": user.name}


def _refuse_taken(account: Account, action: str, form: Mapping[str, str]) -> None:
    """Two users cannot have names that differ in case only; a user can change the case of its own name."""
    name = form.get({"CreateUser": "UserName", "UpdateUser": "NewUserName"}.get(action, ""), "")
    taken = account.live.find_user(name) if name else None
    if taken and (action == "CreateUser" or taken is not account.live.find_user(form.get("UserName", ""))):
        raise Refused("EntityAlreadyExists", f"User with name {name} already exists.")


def _refuse_conflict(account: Account, user: User, action: str) -> None:
    if action == "DeleteUser":
        _refuse_delete(account, user)
    if action in PROFILES and not user.password:
        raise Refused("NoSuchEntity", f"Login Profile for User {user.name} cannot be found.")


def _refuse_delete(account: Account, user: User) -> None:
    """DeleteUser: all that belongs to the user must be gone (API reference; AWS does not publish which it names first).

    "referenced objects" is what AWS says of SSH keys (github.com/ucopacme/aws-orgs/issues/69); of certificates it is a
    guess.
    """
    left: tuple[tuple[object, str], ...] = (
        (account.live.held_by(user), "must delete MFA device first"),
        (user.password, "must delete login profile first"),
        (user.access_keys, "must delete access keys first"),
        (user.managed_policies, "must detach all policies first"),
        (user.policies, "must delete policies first"),
        (any(user in group.users for group in account.backend.groups.values()), "must remove users from group first"),
        (user.signing_certificates or user.ssh_public_keys, "must remove referenced objects first"),
    )
    words = next((words for thing, words in left if thing), None)
    if words:
        raise Refused("DeleteConflict", f"Cannot delete entity, {words}.")


def get_root(request: Request) -> Result:
    """GetUser of the root user, which moto does not know."""
    return {"User": root_user(request.account)}


def root_profile(request: Request) -> Result:
    """GetLoginProfile of the root user."""
    if not request.account.root_password:
        raise Refused("NoSuchEntity", "Login Profile for User root cannot be found.")
    return {"LoginProfile": {"UserName": "root", "CreateDate": request.account.created}}


def delete_root_profile(request: Request) -> Result:
    """DeleteLoginProfile of the root user."""
    root_profile(request)
    request.account.root_password = False
    return {}


def root_keys(request: Request) -> Result:
    """ListAccessKeys of the root user: the sandbox gives it none."""
    return {"AccessKeyMetadata": [], "IsTruncated": False}


ROOT_ACTIONS: Mapping[str, Action] = {
    "ListAccessKeys": root_keys,
    "GetLoginProfile": root_profile,
    "DeleteLoginProfile": delete_root_profile,
}
"""What the sandbox answers itself when the caller is root and names no user."""
