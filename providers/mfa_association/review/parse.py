"""A preview or plan, whoever made it, to the model. Pure; never raises: what cannot be read says why."""

from __future__ import annotations

from mfa_association.review.document import Unreadable, documents, of_document
from mfa_association.review.model import Engine, Preview
from mfa_association.review.pulumi_preview import is_preview, read_preview
from mfa_association.review.terraform_plan import is_plan, read_plan


def parse(raw: bytes, key: str | None = None, exit_code: int | None = None) -> Preview:
    """Read a preview or plan. ``key``: what to call the stack; ``exit_code``: how the command that made it ended."""
    engine: Engine = "pulumi"
    try:
        objects = documents(raw)
        if is_plan(objects):
            engine = "terraform"
            preview = read_plan(objects, key)
        elif is_preview(objects):
            preview = read_preview(objects, key)
        else:
            raise Unreadable(of_document(objects[0]))
    except Unreadable as cause:
        preview = Preview(engine, key or engine, failure=_with_exit_code(str(cause), exit_code))
    if preview.failure is None and _failed(preview.engine, exit_code):
        return Preview(preview.engine, preview.stack, failure=f"the preview ended with exit code {exit_code}")
    return preview


def _failed(engine: Engine, exit_code: int | None) -> bool:
    """Exit code 2 of ``terraform plan -detailed-exitcode`` means that there are changes."""
    return exit_code not in (None, 0) and not (engine == "terraform" and exit_code == 2)


def _with_exit_code(cause: str, exit_code: int | None) -> str:
    return cause if exit_code in (None, 0) else f"{cause}; the preview ended with exit code {exit_code}"
