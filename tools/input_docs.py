"""Write all text about the inputs of the resource, out of their table (``mfa_association.fields``).

The roster's JSON Schema, the tables of the docs, and the Terraform blocks that hand a roster to the resource. What
docs/terraform/ says of them, tools/provider_docs.py writes.

Usage: input_docs.py [--check]   (--check only says which files are out of date)
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from mfa_association.fields import BY_NAME, FIELDS, HOLDERS, ROSTER, RULES, Change, Field, names
from mfa_association.pulumi.config import spelled
from mfa_association.roster import SCHEMA_URL
from mfa_association.validation import InvalidValue

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "providers" / "mfa_association" / "roster.schema.json"
_WIDTH = 120
_CHANGES: dict[Change, str] = {
    "replaces, new first": "**replaces**, the new device first",
    "replaces, old first": "**replaces**, the old one removed first",
    "moves": "moves the device in place",
    "renews": "with codes or a seed: enables an inactive device, resyncs an active one",
    "state only": "state only",
    "nothing": "nothing",
}
_WRONG = {
    "user_name": "alice smith",
    "root_account_id": "1111-2222-33",
    "serial_number": "mfa/alice-phone",
    "seed_source": "vault:seed",
}
"""A text that breaks the pattern of each input that has one."""
_ASSIGNMENT = re.compile(r"^( +)(\w+) += (.+)$")


def texts() -> dict[Path, str]:
    """Each file that speaks of the inputs, with the text that it should hold."""
    found = {path: with_roster_keys(path.read_text()) for path in blocks()}
    pages = (
        ("configuration.md", "arguments", _arguments()),
        ("roster.md", "settings", _settings()),
    )
    for name, table, rows in pages:
        path = ROOT / "docs" / name
        found[path] = _with_table(found.get(path, path.read_text()), table, rows)
    return {**found, SCHEMA: _laid_out(_schema(json.loads(SCHEMA.read_text()))) + "\n"}


def blocks() -> list[Path]:
    """The files with a Terraform block that hands a roster to the resource."""
    folders = [ROOT / "docs", ROOT / "examples", ROOT / "tools"]
    there = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in (".md", ".tf")]
    return [path for path in there if "provider::mfa::roster(" in path.read_text()]


def with_roster_keys(text: str) -> str:
    """A text whose blocks name every key of a roster, and no other."""
    done: list[str] = []
    run: list[re.Match[str]] = []
    for line in [*text.split("\n"), None]:
        match = _ASSIGNMENT.match(line) if line is not None else None
        if match:
            run.append(match)
            continue
        done += _assignments(run)
        run = []
        if line is not None:
            done.append(line)
    return "\n".join(done)


def _assignments(run: list[re.Match[str]]) -> list[str]:
    """Lines of assignments in a row; where they hand on a device of a roster, with all that the roster says of it."""
    said = {match[2]: match[3] for match in run}
    device, _, key = said.get("serial_number", "").rpartition(".")
    if key != "serial_number":
        return [match[0] for match in run]
    ours = [name for name, value in said.items() if name in ROSTER or value == f"{device}.{name}"]
    kept = {name: said[name] for name in ours if name in ROSTER}
    whole = {**kept, **{name: f"{device}.{name}" for name in ROSTER if name not in kept}}
    whole |= {name: value for name, value in said.items() if name not in ours}
    width = max(map(len, whole))
    return [f"{run[0][1]}{name:{width}} = {value}" for name, value in whole.items()]


def _arguments() -> list[str]:
    rows = [f"| `{one.name}` | {_form(one)} | {_default(one)} | {_CHANGES[one.change]} |" for one in FIELDS]
    head = ["| argument | type | default | changing it |", "|---|---|---|---|"]
    return [*head, *rows, "| `opts` | `pulumi.ResourceOptions` | none | as in Pulumi |"]


def _settings() -> list[str]:
    known = sorted((one for one in (*FIELDS, *RULES) if one.is_roster_setting or one in RULES), key=_only)
    rows = [f"| `{one.name}` | {_form(one, truth='`true`, `false`')}{_only(one)} |" for one in known]
    return ["| setting | values |", "|---|---|", *rows]


def _form(one: Field, truth: str = "bool") -> str:
    if one.is_truth:
        return truth
    form = ", ".join(f"`{choice}`" for choice in one.choices) or one.form
    return f"secret: {form}" if one.is_secret else form


def _only(one: Field) -> str:
    """What restricts where a roster may say it: nothing, or a remark."""
    return {"device or defaults": "", "defaults": "; in `defaults` alone"}.get(one.roster, "; not in `defaults`")


def _default(one: Field) -> str:
    if one.is_required:
        return "required"
    if one.name in HOLDERS:
        return f"this or `{next(name for name in HOLDERS if name != one.name)}`"
    if one.default:
        return f"`{spelled(one.name)}`, else `{one.default}`"
    return "`False`" if one.is_truth else "none"


def _with_table(page: str, table: str, rows: list[str]) -> str:
    """A page with new rows in the table below its mark."""
    mark = f"<!-- {table}: made by tools/input_docs.py -->\n\n"
    before, found, after = page.partition(mark)
    if not found:
        raise SystemExit(f"no table is marked by {mark.strip()}")
    rest = re.sub(r"\A(?:\|.*\n)*", "", after)
    return before + mark + "\n".join(rows) + "\n" + rest


def _schema(old: dict[str, Any]) -> dict[str, Any]:
    """The roster's schema with the keys and choices of the table; titles and patterns stay as they were written."""
    settings = names(lambda one: one.is_roster_setting)
    defaults = names(lambda one: one.roster == "device or defaults")
    definitions, properties = dict(old["$defs"]), dict(old["properties"])
    for one in (*(BY_NAME[name] for name in settings), *RULES):
        definitions[one.name] = {**_definition(one), **definitions.get(one.name, {}), **_enum(one)}
    definitions["device"] = {**definitions["device"], "properties": _references(("serial_number", *settings))}
    properties["defaults"] = {
        **properties["defaults"],
        "properties": _references((*defaults, *(one.name for one in RULES))),
    }
    for name, wrong in _WRONG.items():
        definitions[name] = {**definitions[name], "patternErrorMessage": _rule(BY_NAME[name], wrong)}
    return {**old, "$id": SCHEMA_URL, "properties": properties, "$defs": definitions}


def _rule(one: Field, wrong: str) -> str:
    """The rule that the roster's parser names for such a text; editors show it instead of the pattern."""
    try:
        one.parse(wrong)
    except InvalidValue as fault:
        return fault.rule
    raise SystemExit(f"{one.name} takes {wrong!r}: _WRONG wants a text that it refuses")


def _references(keys: tuple[str, ...]) -> dict[str, dict[str, str]]:
    return {name: {"$ref": f"#/$defs/{name}"} for name in keys}


def _definition(one: Field) -> dict[str, Any]:
    about = {"title": one.name.replace("_", " ").capitalize(), "description": one.description.replace("`", "")}
    if one.is_truth:
        return {**about, "$ref": "#/$defs/truth"}
    return about if one.choices else {**about, "type": ["string", "number", "boolean"]}


def _enum(one: Field) -> dict[str, list[str]]:
    return {"enum": list(one.choices)} if one.choices else {}


def _laid_out(value: Any, indent: int = 0, room: int = _WIDTH) -> str:
    """JSON with all on one line that has room there."""
    flat = _flat(value)
    if len(flat) <= room or not isinstance(value, (dict, list)):
        return flat
    pairs = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    lines = []
    for key, item in pairs:
        lead = f"{' ' * (indent + 2)}{'' if key is None else json.dumps(key) + ': '}"
        lines.append(lead + _laid_out(item, indent + 2, _WIDTH - len(lead) - 1))
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    body = ",\n".join(lines)
    return f"{opening}\n{body}\n{' ' * indent}{closing}"


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)}: {_flat(item)}" for key, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flat, value))}]"
    return json.dumps(value)


def main(arguments: list[str]) -> int:
    """Write the files, or compare."""
    stale = {path: text for path, text in texts().items() if path.read_text() != text}
    for path, text in stale.items():
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is out of date: run tools/input_docs.py")
        else:
            path.write_text(text)
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
