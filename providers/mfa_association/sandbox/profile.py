"""GetUser with the permissions boundary, which moto knows for roles only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.iam.models import User

from .accounts import Account
from .errors import Refused
from .listing import user_as_shown
from .request import Action, Request, Result
from .users import get_root


def get(request: Request) -> Result:
    """GetUser."""
    user = request.target(request.view)
    if user is None:
        return get_root(request)
    return {"User": user_as_shown(user) | boundary_and_tags(request.account, user)}


def boundary_and_tags(account: Account, user: User) -> dict[str, Any]:
    """The permissions boundary and the tags of a user, where there are any."""
    shown: dict[str, Any] = {}
    if boundary := account.boundaries.get(user.id):
        shown["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": boundary,
        }
    if user.tags:
        shown["Tags"] = user.tags
    return shown


def put_boundary(request: Request) -> Result:
    """PutUserPermissionsBoundary: a managed policy that exists. The sandbox does not judge by it."""
    arn = request.params["PermissionsBoundary"]
    if arn not in request.account.backend.managed_policies:
        raise Refused("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.")
    user = request.account.live.user(request.params["UserName"])
    request.account.boundaries[user.id] = arn
    return {}


def delete_boundary(request: Request) -> Result:
    """DeleteUserPermissionsBoundary."""
    user = request.account.live.user(request.params["UserName"])
    if request.account.boundaries.pop(user.id, None) is None:
        raise Refused("NoSuchEntity", f"User {user.name} does not have a permissions boundary.")
    return {}


ACTIONS: Mapping[str, Action] = {
    "GetUser": get,
    "PutUserPermissionsBoundary": put_boundary,
    "DeleteUserPermissionsBoundary": delete_boundary,
}
