"""Put together all that a release uploads, in dist/. release.yml runs this, and `make release-dry-run` all of it.

Usage: release.py check TAG    whether a tag is this version's, and the changelog has its section
       release.py archives     check the wheel and the source archive
       release.py files        sums of the zips of all platforms, the tree of terraform-provider-mfa, SBOMs, notes
       release.py sign         sign the sums with the key that gpg has; its passphrase is in GPG_PASSPHRASE
       release.py dry-run      files of the platforms that are there, and a signature by a key that is thrown away
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import provider_zip
from running import CommandFailed, answer, say
from sbom import write_sboms

from mfa_association import __version__
from mfa_association.terraform.install import PLATFORMS

ROOT = Path(__file__).parent.parent
DIST = ROOT / "dist"
TREE = "terraform-provider-mfa"
SUMS = f"{provider_zip.STEM}_SHA256SUMS"
REPOSITORY = "mfa-association/mfa-association"
# What hatchling adds to the files of the repository.
_MADE = {"PKG-INFO"}


def check(tag: str) -> None:
    """Raises ``CommandFailed`` where the tag is not this version's, or the changelog does not know the version."""
    if tag != f"v{__version__}":
        raise CommandFailed(f"the tag is {tag}, and the package is {__version__}")
    notes((ROOT / "CHANGELOG.md").read_text(), __version__)


def notes(changelog: str, heading: str) -> str:
    """The section of a version. Raises ``CommandFailed`` where there is none, or it is empty."""
    found = re.search(rf"^## \[{re.escape(heading)}\].*\n((?:(?!## \[).*\n?)*)", changelog, re.MULTILINE)
    text = found[1].strip() if found else ""
    if not text:
        raise CommandFailed(f"CHANGELOG.md says nothing below ## [{heading}]")
    return text


def pinned(commit: str) -> str:
    """What an infra repo writes to call this release's workflows and action."""
    workflows = "\n".join(
        f"uses: {REPOSITORY}/.github/workflows/{name}.yml@{commit} # v{__version__}"
        for name in ("pulumi", "terraform", "drift")
    )
    return f"```yaml\n{workflows}\nuses: {REPOSITORY}@{commit} # v{__version__}\n```"


def archives() -> None:
    """Check what `python -m build` made, the wheel out of the source archive. Raises ``CommandFailed``."""
    ends = ("-py3-none-any.whl", ".tar.gz")
    made = [str(path) for end in ends if (path := DIST / f"mfa_association-{__version__}{end}").exists()]
    if len(made) != len(ends):
        raise CommandFailed(f"dist/ holds {len(made)} archives of {__version__} instead of two: run make dist")
    scripts = Path(sys.executable).parent
    _run([scripts / "twine", "check", "--strict", *made])
    wheel, source = made
    _run([scripts / "check-wheel-contents", wheel])
    members, tracked = _members(Path(source)), _tracked()
    if strangers := sorted(members - tracked - _MADE):
        raise CommandFailed(f"the source archive holds what git does not know: {', '.join(strangers[:5])}")
    if missing := sorted(tracked - members):
        raise CommandFailed(f"the source archive lacks {', '.join(missing[:5])}: see its list in pyproject.toml")


def _members(archive: Path) -> set[str]:
    with tarfile.open(archive) as opened:
        return {member.name.partition("/")[2] for member in opened if member.isfile()}


def _tracked() -> set[str]:
    return {name for name in _run(["git", "ls-files", "-z"]).split("\0") if name}


def files(platforms: Sequence[str], heading: str) -> None:
    """Everything but the signature; zips of these platforms have to be there. Raises ``CommandFailed``."""
    missing = [name for name in platforms if not (DIST / f"{provider_zip.STEM}_{name}.zip").exists()]
    if missing:
        raise CommandFailed(f"dist/ has no zip of the provider for {', '.join(missing)}: run make dist-terraform there")
    provider_zip.write_sums()
    tree()
    write_sboms(DIST)
    commit = _run(["git", "rev-parse", "HEAD"]).strip()
    text = notes((ROOT / "CHANGELOG.md").read_text(), heading)
    (DIST / "notes.md").write_text(f"{text}\n\n### To call\n\n{pinned(commit)}\n")


def tree() -> None:
    """The repository that the registries read: https://developer.hashicorp.com/terraform/registry/providers/docs."""
    folder = DIST / TREE
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs" / "terraform", folder / "docs")
    shutil.copytree(ROOT / "tools" / "terraform_pages" / "examples", folder / "examples")
    shutil.copy(ROOT / "tools" / "terraform_pages" / "README.md", folder)
    shutil.copy(ROOT / "LICENSE", folder)
    (folder / "terraform-registry-manifest.json").write_text(provider_zip.manifest())


def sign(home: str | None = None) -> None:
    """Sign the sums, as the registries want it. Raises ``CommandFailed``."""
    (DIST / f"{SUMS}.sig").unlink(missing_ok=True)
    command = [
        "gpg",
        "--batch",
        "--quiet",
        "--pinentry-mode",
        "loopback",
        "--passphrase-fd",
        "0",
        "--detach-sign",
        SUMS,
    ]
    _run(command, folder=DIST, home=home, given=os.environ.get("GPG_PASSPHRASE", ""))


def _sign_and_throw_away() -> None:
    """With the kind of key that the registries take, made for this alone."""
    with tempfile.TemporaryDirectory() as home:
        key = ["--quick-generate-key", "dry run <nobody@example.com>", "rsa3072", "sign", "1d"]
        _run(["gpg", "--batch", "--quiet", "--passphrase", "", *key], home=home)
        sign(home)
        _run(["gpg", "--batch", "--quiet", "--verify", f"{SUMS}.sig", SUMS], folder=DIST, home=home)
        _run(["gpgconf", "--kill", "all"], home=home)


def _run(command: Sequence[str | Path], folder: Path = ROOT, home: str | None = None, given: str | None = None) -> str:
    """What a command says; with ``home`` it is gpg's, and ``given`` is what it reads."""
    env = os.environ | ({"GNUPGHOME": home} if home else {})
    return answer(command, cwd=folder, env=env, given=given)


def _dry_run() -> None:
    there = [name for name in PLATFORMS if (DIST / f"{provider_zip.STEM}_{name}.zip").exists()]
    files(there, "Unreleased")
    _sign_and_throw_away()
    say(f"dist/ holds a release of {__version__} for {', '.join(there) or 'no platform'}; nothing was uploaded.")


def main(arguments: Sequence[str]) -> int:
    """Run one step; one sentence and exit code 1 where that fails."""
    steps = {
        "archives": archives,
        "files": lambda: files(PLATFORMS, __version__),
        "sign": sign,
        "dry-run": _dry_run,
    }
    try:
        match list(arguments):
            case ["check", tag]:
                check(tag)
            case [step] if step in steps:
                steps[step]()
            case _:
                say(str(__doc__))
                return 2
    except CommandFailed as failure:
        say(f"No release: {failure}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
