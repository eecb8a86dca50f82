"""Write docs/terraform/ in the registries' layout, out of the provider's own schema.

Usage: terraform_docs.py [--check]   (--check only says which pages are out of date)
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mfa_association.fields import BY_NAME, ROSTER
from mfa_association.terraform import association, block, data_sources, roster
from mfa_association.terraform.schema import Attribute, Block, Schema
from mfa_association.tokens import TERRAFORM_TYPE

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "terraform"
EXAMPLES = Path(__file__).parent / "terraform_examples"
IMPORT = """\
In Terraform and OpenTofu, use an `import` block with the serial number where IAM can tell the holder (virtual devices,
security keys), else with user and serial number:

```terraform
import {
  to = mfa_device_association.alice
  id = "alice/GAHT12345678"
}
```

or the command. A device of a member account's root user is `root:ACCOUNT/SERIAL`.

```console
$ terraform import mfa_device_association.alice arn:aws:iam::111122223333:mfa/alice-phone
$ terraform import mfa_device_association.alice alice/GAHT12345678
```

From Terraform and OpenTofu 1.12 on, `identity = { serial_number = "…" }` serves instead of `id`. What nobody holds is
not imported: declare it.
"""


def pages() -> dict[str, str]:
    """Every page by its path below docs/terraform/."""
    found = {"index.md": _page("mfa Provider", "index", block.SCHEMA)}
    found |= {_path("resources", TERRAFORM_TYPE): _resource()}
    found |= {
        _path("data-sources", name): _page(f"{name} (Data Source)", name, schema)
        for name, schema in data_sources.SCHEMAS.items()
    }
    return found | {"functions/roster.md": _function()}


def _path(kind: str, name: str) -> str:
    return f"{kind}/{name.removeprefix('mfa_')}.md"


def _head(title: str, description: str) -> str:
    matter = f"---\npage_title: {json.dumps(title)}\ndescription: {json.dumps(description)}\n---\n"
    return f"{matter}\n<!-- Made by tools/terraform_docs.py. -->\n\n# {title}\n\n{description}\n\n"


def _page(title: str, example: str, schema: Schema) -> str:
    parts = [_head(title, schema.description), _example(example), "## Argument Reference\n\n"]
    parts += _list(one for one in schema.attributes if one.use != "computed")
    parts += [_block(one) for one in schema.blocks]
    exported = [one for one in schema.attributes if one.use == "computed"]
    if exported:
        parts += ["\n## Attribute Reference\n\nBesides the arguments:\n\n", *_list(exported)]
    return "".join(parts)


def _resource() -> str:
    page = _page(f"{TERRAFORM_TYPE} (Resource)", TERRAFORM_TYPE, association.SCHEMA)
    return f"{page}\n## Import\n\n{IMPORT}"


def _function() -> str:
    fields = "".join(f"* `{name}`\n" for name in ROSTER)
    truths = ", ".join(f"`{name}`" for name in ROSTER if BY_NAME[name].is_truth)
    return (
        f"{_head('roster (Function)', roster.DESCRIPTION)}{_example('roster')}"
        f"## Signature\n\n```text\nroster(text string) map of object\n```\n\n## Arguments\n\n1. `text` - {roster.PARAMETER}\n"
        f"\n## Return value\n\nA mapping from a device's name, such as `mfa/alice-phone` or `GAHT12345678`, to an object "
        f"with the attributes below. Where the roster does not say an attribute, it is null; {truths} is `false` then.\n\n{fields}"
    )


def _example(name: str) -> str:
    return f"## Example Usage\n\n```terraform\n{(EXAMPLES / f'{name}.tf').read_text().strip()}\n```\n\n"


def _list(attributes: Iterable[Attribute]) -> list[str]:
    return [f"* `{one.name}` - {_use(one)}{one.description}\n" for one in attributes]


def _use(one: Attribute) -> str:
    if one.use == "computed":
        return ""
    write_only = (
        ", write-only: kept in no plan and no state; needs Terraform or OpenTofu 1.11" if one.write_only else ""
    )
    kind = "" if one.type == "string" else f", {_kind(one.type)}"
    return f"({'Required' if one.use == 'required' else 'Optional'}{kind}{write_only}) "


def _kind(type_: Any) -> str:
    return type_ if isinstance(type_, str) else f"{type_[0]} of {type_[1]}s"


def _block(one: Block) -> str:
    return f"\n### {one.name}\n\n{one.description} Any number of blocks.\n\n{''.join(_list(one.attributes))}"


def main(arguments: list[str]) -> int:
    """Write the pages, or compare."""
    stale = [path for path, text in pages().items() if _text(FOLDER / path) != text]
    if "--check" in arguments:
        for path in stale:
            print(f"docs/terraform/{path} is out of date: run tools/terraform_docs.py")
        return 1 if stale else 0
    for path in stale:
        (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / path).write_text(pages()[path])
    return 0


def _text(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
