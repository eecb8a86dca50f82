"""Previews as big as a company's, made of a captured one rather than kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PREVIEWS = Path(__file__).parent / "previews"
_NAME = "mfa/dave-phone"


def big(deletes: int, sames: int = 0) -> bytes:
    """What ``pulumi preview --json`` writes for so many removed and so many kept devices, a user each."""
    captured = json.loads((PREVIEWS / "delete.json").read_text(encoding="utf-8"))
    gone = next(step for step in captured["steps"] if step["op"] == "delete" and step["urn"].endswith(f"::{_NAME}"))
    kept = next(
        step for step in captured["steps"] if step["op"] == "same" and "oldState" in step and "::GAHT" in step["urn"]
    )
    steps = [_renamed(gone, _NAME, "dave", f"mfa/user{number:05}-phone", number) for number in range(deletes)]
    steps += [_renamed(kept, "GAHT12345678", "bob", f"GAHT{number:08}", number) for number in range(sames)]
    document = {**captured, "steps": steps, "changeSummary": {"delete": deletes, "same": sames}}
    return json.dumps(document, indent=4).encode()


def _renamed(step: dict[str, Any], name: str, user: str, new: str, number: int) -> dict[str, Any]:
    text = json.dumps(step).replace(name, new).replace(f'"{user}"', f'"user{number:05}"')
    return json.loads(text)  # type: ignore[no-any-return]
