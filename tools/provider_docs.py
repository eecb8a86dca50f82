"""Make docs/terraform/, the provider's pages in the registries, by HashiCorp's tfplugindocs.

It makes them of the schema, as an engine prints it, and of tools/terraform_pages/: examples, and templates for the pages
whose words no schema holds.

Usage: provider_docs.py [--check]   (--check only says which pages are out of date)
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from engines import ENGINES
from judges import TFPLUGINDOCS
from kept import NoProgram
from running import CommandFailed, answer, say

from mfa_association.terraform.install import cli_configuration, install, this_platform
from mfa_association.tokens import TERRAFORM_PROVIDER

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "terraform"
SOURCES = Path(__file__).parent / "terraform_pages"
EXAMPLES = SOURCES / "examples"
ROSTER = EXAMPLES / "functions" / "roster" / "function.tf"
ENGINE = "terraform-1.15"
"""The newest knows all that a schema may say."""
_NAME = TERRAFORM_PROVIDER.rpartition("/")[2]
_MODULE = f'terraform {{\n  required_providers {{\n    {_NAME} = {{ source = "{TERRAFORM_PROVIDER}" }}\n  }}\n}}\n'
_SECONDS = 120


def pages(terraform: Path, generator: Path) -> dict[str, str]:
    """Every page by its path below docs/terraform/, validated. Raises ``CommandFailed``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "schema.json").write_text(json.dumps(_schema(terraform, folder / "module")))
        tree = folder / f"terraform-provider-{_NAME}"
        shutil.copytree(SOURCES, tree)
        given = [f"--provider-dir={tree}", f"--provider-name={_NAME}", f"--providers-schema={folder}/schema.json"]
        for command in ("generate", "validate"):
            _run([str(generator), command, *given], folder)
        docs = tree / "docs"
        return {str(path.relative_to(docs)): path.read_text() for path in sorted(docs.rglob("*.md"))}


def _schema(terraform: Path, folder: Path) -> dict[str, object]:
    """What the engine prints of the provider's schema, under the name that the generator looks for."""
    folder.mkdir()
    (folder / "main.tf").write_text(_MODULE)
    mirror = folder / "mirror"
    install(mirror, (this_platform(),))
    (folder / "rc").write_text(cli_configuration(mirror))
    _run([str(terraform), "init"], folder)
    told = json.loads(_run([str(terraform), "providers", "schema", "-json"], folder))
    (schema,) = told["provider_schemas"].values()
    return {**told, "provider_schemas": {_NAME: schema}}


def _run(command: list[str], folder: Path) -> str:
    places = [str(Path(sys.executable).parent), os.environ["PATH"]]
    ours = {"PATH": os.pathsep.join(places), "TF_CLI_CONFIG_FILE": str(folder / "rc"), "CHECKPOINT_DISABLE": "1"}
    return answer(command, cwd=folder, env=os.environ | ours, limit=_SECONDS)


def stale(made: dict[str, str]) -> list[str]:
    """The pages that differ, are missing, or that nobody makes."""
    there = {str(path.relative_to(FOLDER)): path.read_text() for path in FOLDER.rglob("*.md")}
    return sorted(path for path in {*there, *made} if there.get(path) != made.get(path))


def main(arguments: list[str]) -> int:
    """Write the pages, or compare; one sentence and exit code 1 where that fails."""
    try:
        made = pages(ENGINES[ENGINE].ensure() / "terraform", TFPLUGINDOCS.ensure() / TFPLUGINDOCS.name)
    except (CommandFailed, NoProgram) as failure:
        say(f"The provider's pages were not made. {failure}")
        return 1
    differing = stale(made)
    for path in differing:
        if "--check" in arguments:
            print(f"docs/terraform/{path} is out of date: run tools/provider_docs.py")
        elif path in made:
            (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
            (FOLDER / path).write_text(made[path])
        else:
            (FOLDER / path).unlink()
    return 1 if differing and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
