"""The JSON Schema of rosters, which editors read by its address. tools/input_docs.py writes it out of the table of inputs."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

SCHEMA_URL: Final = (
    "https://raw.githubusercontent.com/mfa-association/mfa-association/main/"
    "providers/mfa_association/roster.schema.json"
)
MODELINE: Final = f"# yaml-language-server: $schema={SCHEMA_URL}\n"
"""The comment of a roster that tells the YAML language server (VS Code, Neovim, JetBrains) where its schema is."""


def schema() -> str:
    """The schema of this version, as JSON."""
    return (files("mfa_association") / "roster.schema.json").read_text(encoding="utf-8")
