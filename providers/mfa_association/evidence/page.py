"""The document of a report, laid out for the template."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from mfa_association.evidence.picture import WIDTH, Bar, bars
from mfa_association.inventory.certifications import shown

if TYPE_CHECKING:
    import jinja2

NOT_CHECKED: Final = "not checked"
_HUB: Final = "AWS Security Hub: "
_FIELDS: Final = {
    "password_last_used": "when the password was used last",
    "active_keys_last_used": "access keys",
    "administrator": "administrator",
}
Row = dict[str, Any]


def html(document: Mapping[str, Any]) -> str:
    """The page of a document as ``inventory.report.document`` makes it."""
    style, script = _file("page.css"), _file("page.js")
    read = [one for one in document["accounts"] if not one["error"]]
    drawn = bars(read)
    rows = [_row(user, one) for one in read for user in one["users"]]
    return _template().render(
        report=document,
        read=read,
        unread=[one for one in document["accounts"] if one["error"]],
        rows=rows,
        password_only=[row for row in rows if row["is_password_only"]],
        bare_roots=[root for root in document["root_users"] if _is_password_only_root(root)],
        roots=[_root(root, document) for root in document["root_users"]],
        bars=drawn,
        totals=_totals(drawn),
        width=WIDTH,
        figures=[_figures(one) for one in read],
        gaps=list(_gaps(document, read)),
        with_roster=any(device["declared"] for one in read for user in one["users"] for device in user["devices"]),
        style=style,
        script=script,
        policy=_policy(style, script),
    )


@functools.cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(_file("page.html.j2"))


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded from anywhere, and nothing may run but what is ours."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _row(user: Mapping[str, Any], account: Mapping[str, Any]) -> Row:
    """A user's row. ``flags``: by what the list can be narrowed down, a letter each (page.js)."""
    devices, unsure = user["devices"], user["not_checked"]
    flags = {
        "p": is_password_only(user),
        "d": not devices,
        "a": user["administrator"] in ("yes", "not fully determined"),
        "u": any(device["declared"] in ("no", "for somebody else") for device in devices),
        "n": bool(unsure) or not user["all_devices_known"] or user["console_password"] is None,
    }
    return {
        "account": account["account_id"],
        "name": user["user_name"],
        "password": _truth(user["console_password"]),
        "devices": [_device(device, account["checked_at"]) for device in devices],
        "devices_word": "" if user["all_devices_known"] else f"others {NOT_CHECKED}" if devices else NOT_CHECKED,
        "administrator": user["administrator"] or NOT_CHECKED,
        "by": user["administrator_by"] or "",
        "password_last_used": _moment(user["password_last_used"], "password_last_used" in unsure, user),
        "active_keys": _keys(user["active_keys_last_used"]),
        "breaks": ", ".join(_short(user["breaks"])),
        "is_password_only": flags["p"],
        "flags": "".join(letter for letter, holds in flags.items() if holds),
    }


def is_password_only(user: Mapping[str, Any]) -> bool:
    """Whether a user surely can sign in with a password alone."""
    return bool(user["console_password"]) and not user["devices"] and user["all_devices_known"]


def _is_password_only_root(root: Mapping[str, Any]) -> bool:
    return root["state"] == "no device" and root["console_password"] is True


def _device(device: Mapping[str, Any], checked_at: str) -> Row:
    serial = device["serial_number"]
    certified = device.get("certifications")
    return {
        "name": serial.split(":", 5)[-1] if serial.startswith("arn:") else serial,
        "kind": device["device_kind"],
        "since": device["enable_date"][:10],
        "days": _days(device["enable_date"], checked_at),
        "certified": NOT_CHECKED if certified is None else shown(tuple(certified.items())),
        "declared": device.get("declared") or "",
    }


def _days(since: str, until: str) -> int | None:
    """Whole days between two times in RFC 3339."""
    try:
        return (_time(until) - _time(since)).days
    except ValueError:
        return None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _moment(text: str | None, is_unsure: bool, user: Mapping[str, Any]) -> str:
    if is_unsure:
        return NOT_CHECKED
    return text[:10] if text else "never" if user["console_password"] else ""


def _keys(last_used: list[str | None] | None) -> list[str]:
    return [NOT_CHECKED] if last_used is None else [one[:10] if one else "never used" for one in last_used]


def _truth(value: bool | None) -> str:
    return NOT_CHECKED if value is None else "yes" if value else "no"


def _short(controls: Iterable[str]) -> list[str]:
    """Security Hub's ids alone: the table of controls has all of them."""
    return [one.removeprefix(_HUB).replace(" and ", ", ") for one in controls if one.startswith(_HUB)]


def _root(root: Mapping[str, Any], document: Mapping[str, Any]) -> Row:
    central = document["root_credentials_managed_centrally"] and root["all_devices_known"]
    words = {
        "device": "MFA device",
        "no device": "no MFA device",
        "no credentials": "no credentials" + (", removed centrally" if central else ""),
        "not checked": NOT_CHECKED,
    }
    checked = next((one["checked_at"] for one in document["accounts"] if not one["error"]), document["checked_at"])
    return {
        **root,
        "words": words[root["state"]],
        "devices": [_device({"certifications": {}, **one}, checked or one["enable_date"]) for one in root["devices"]],
        "password": _truth(root["console_password"]),
        "access_keys": _truth(root["access_keys"]),
        "is_password_only": _is_password_only_root(root),
    }


def _figures(account: Mapping[str, Any]) -> Row:
    users = account["users"]
    devices = [device for user in users for device in user["devices"]]
    administrators = [user for user in users if user["administrator"] == "yes"]
    known = all(user["administrator"] for user in users)
    return {
        "account": account,
        "users": len(users),
        "devices": len(devices),
        "resistant": sum(device["phishing_resistant"] for device in devices),
        "administrators": len(administrators) if known else NOT_CHECKED,
        "administrators_without": sum(not user["devices"] for user in administrators) if known else NOT_CHECKED,
    }


def _totals(found: list[Bar]) -> Row:
    resistant, other = sum(bar.resistant for bar in found), sum(bar.other for bar in found)
    console = resistant + other + sum(bar.none for bar in found)
    return {
        "console": console,
        "resistant": resistant,
        "share": f"{100 * resistant / console:.0f} %" if console else "",
    }


def _gaps(document: Mapping[str, Any], read: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """What was not checked: where, and why; like reasons of many users once."""
    for one in document["accounts"]:
        if one["error"]:
            yield one["account_id"], one["error"]
    for one in read:
        for cause in (*one["not_read"], *one["not_checked"]):
            yield one["account_id"], cause
        yield from ((one["account_id"], text) for text in _of_users(one["users"]))
    for root in document["root_users"]:
        if root["not_checked"]:
            yield f"root user of {root['account_id']}", root["not_checked"]
    for cause in document["not_checked"]:
        yield "organization", cause


def _of_users(users: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    counted = Counter((name, why) for user in users for name, why in user["not_checked"].items())
    for (name, why), number in sorted(counted.items()):
        yield f"{_FIELDS[name]} of {number} {'user' if number == 1 else 'users'}: {why}"
