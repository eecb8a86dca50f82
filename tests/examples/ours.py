"""This repo's own workflows, and those for many accounts, beside those to copy: what differs, and why."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLE, OURS = ROOT / "examples" / "github", ROOT / ".github" / "workflows"
ACCOUNT = ROOT / "examples" / "organization" / ".github" / "workflows" / "account.yml"
NAMES = {"pulumi": "mfa", "drift": "drift"}
"""The examples that this repo has too, and what they are called once they are copied."""

_BY_HAND = """\
# Started by hand alone: this repository has no AWS account. Yours: `on:` of examples/github/{name}.yml, and what stands
# below `env:` and `role-to-assume:`.
on: workflow_dispatch
"""
_INSTALL = "            -r .github/mfa-review.txt\n"
# Its own package is in no index: it is taken from the same commit as the hashes.
_FROM_SOURCE = """\
          git -C change archive "$FROM" providers/mfa_association |
            tar --extract --strip-components=1 --directory "$(echo .review/lib/python3.*/site-packages)"
"""


def ours(name: str) -> str:
    """This repo's workflow, made from the one to copy."""
    text = (EXAMPLE / f"{name}.yml").read_text().replace("README.md", "docs/github.md")
    head, _, rest = text.partition("\non:")
    _, _, body = rest.partition("\n\n")
    return f"{head}\n{_BY_HAND.format(name=name)}\n{body}".replace(_INSTALL, _INSTALL + _FROM_SOURCE)


_CALLED = """\
# One account: what mfa.yml calls for each. It is examples/github/pulumi.yml of mfa-association, for one stack of many.
on:
  workflow_call:
    inputs:
      account:
        required: true
        type: string
"""


def account() -> str:
    """The workflow for one of many accounts, made from the one for a single stack.

    The pipeline's roles are of another account, so the review assumes a role in the account that it looks at, and the
    first preview, whose role can assume none, reads the state alone.
    """
    head, _, rest = (EXAMPLE / "pulumi.yml").read_text().partition("\non:")
    _, _, body = rest.partition("\n\n")
    first, _, others = body.partition("  review:\n")
    body = f"{first.replace('--refresh ', '', 1)}  review:\n{others}"
    for old, new in (
        ("STACK: prod", "STACK: ${{ inputs.account }}"),
        ("ROSTER: roster.yaml", "ROSTER: rosters/${{ inputs.account }}.yaml"),
        ("arn:aws:iam::111122223333:", "arn:aws:iam::444455556666:"),
        ("group: mfa-preview-", "group: mfa-preview-${{ inputs.account }}-"),
        ("group: mfa-review-", "group: mfa-review-${{ inputs.account }}-"),
        ("name: mfa-preview\n", "name: mfa-preview-${{ inputs.account }}\n"),
        ("name: mfa-review\n", "name: mfa-review-${{ inputs.account }}\n"),
        ("--live\n", '--live --role-arn "arn:aws:iam::$STACK:role/mfa-review"\n'),
    ):
        assert old in body, old
        body = body.replace(old, new)
    return f"{head.replace('name: mfa', 'name: account', 1)}\n{_CALLED}\n{body}"


if __name__ == "__main__":
    for example, own in NAMES.items():
        (OURS / f"{own}.yml").write_text(ours(example))
    ACCOUNT.write_text(account())
