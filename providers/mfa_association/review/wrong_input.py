"""What a file is that is neither a preview nor a plan, and the command that makes the right one. Pure."""

from __future__ import annotations

from typing import Any, Final

PULUMI: Final = "`pulumi preview --json --show-sames --show-replacement-steps --non-interactive`"
TERRAFORM: Final = "`terraform show -json plan.bin`"
_EITHER: Final = f"make it with {PULUMI}, or with {TERRAFORM} (OpenTofu: `tofu show -json plan.bin`)"
_ZIP = b"PK\x03\x04"


def of_bytes(raw: bytes) -> str | None:
    """What a file is that holds no JSON of ours, if that can be told; None where it may."""
    if raw.startswith(_ZIP):
        return f"it is a saved plan, which is binary; its JSON comes from {TERRAFORM}"
    head = raw[:4096].decode("utf-8", "replace")
    if "Previewing update" in head and "\n{" not in head:
        return f"it is what `pulumi preview` shows in a terminal; the JSON comes from {PULUMI}"
    if "Terraform will perform" in head or "OpenTofu will perform" in head or "Terraform used the selected" in head:
        return f"it is what a plan shows in a terminal; save it with `-out=plan.bin`, then use {TERRAFORM}"
    return None


def no_json() -> str:
    """What is said where no JSON is found."""
    return f"it holds no JSON; {_EITHER}"


def of_document(first: dict[str, Any]) -> str:
    """What a JSON document is that is neither a preview nor a plan."""
    if "@level" in first:
        return f"it is the log of `terraform plan -json`; save the plan with `-out=plan.bin`, then use {TERRAFORM}"
    if "resourcePlans" in first or "manifest" in first:
        return f"it is a plan that `pulumi preview --save-plan` saved; the JSON comes from {PULUMI}"
    if "deployment" in first or "checkpoint" in first:
        return f"it is a stack's state; the JSON of a preview comes from {PULUMI}"
    if "terraform_version" in first and "resources" in first:
        return f"it is a state; the plan's JSON comes from {TERRAFORM}"
    if "verdict" in first and "losses" in first:
        return "it is a review already, which `--reviewed` takes"
    return f"the JSON is neither a Pulumi preview nor a Terraform plan; {_EITHER}"
