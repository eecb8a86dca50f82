"""The roster as it was where a change began, by git. Git is asked, and nothing that the repository configures is run."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mfa_association.cli.git import git
from mfa_association.roster import MAX_BYTES

_SECONDS: Final = 20
# What a partial clone lacks is not fetched.
_NO_FETCH: Final = ("-c", "protocol.allow=never")
_NO_LAZY_FETCH: Final = {"GIT_NO_LAZY_FETCH": "1"}
_DEFAULT: Final = "refs/remotes/origin/HEAD"
_USUAL: Final = (
    ("refs/remotes/origin/main", "refs/remotes/origin/master"),
    ("refs/heads/main", "refs/heads/master"),
)


def text_before(path: str, ref: str | None = None) -> str | None:
    """The text of a roster at the commit where what is checked out left ``ref``, or the default branch; else at HEAD.

    None wherever git does not tell without doubt: there is no git, no repository, a clone of one commit, no such file.
    """
    top = _git("rev-parse", "--show-toplevel")
    if top is None:
        return None
    root, file = Path(top.rstrip("\n")), Path(path).resolve()
    if not file.is_relative_to(root):
        return None
    bases = (_git("merge-base", "--all", "--end-of-options", ref or _default_branch(), "HEAD") or "").split()
    if len(bases) != 1:
        return None
    text = _git("cat-file", "blob", f"{bases[0]}:{file.relative_to(root).as_posix()}")
    return text if text is not None and len(text) <= MAX_BYTES else None


def _default_branch() -> str:
    """What the remote calls its default; else the one usual name that there is, at the remote or here; else HEAD."""
    known = (
        _git("for-each-ref", "--format=%(refname)", _DEFAULT, *(name for pair in _USUAL for name in pair)) or ""
    ).split()
    if _DEFAULT in known:
        return _DEFAULT
    there = next((found for pair in _USUAL if (found := [name for name in pair if name in known])), [])
    return there[0] if len(there) == 1 else "HEAD"


def _git(*arguments: str) -> str | None:
    """What git prints, None where it fails: a repository of somebody else's, for example, it does not touch."""
    done = git(*_NO_FETCH, *arguments, seconds=_SECONDS, environment=_NO_LAZY_FETCH)
    return done.stdout.decode("utf-8", "replace") if done and done.returncode == 0 else None
