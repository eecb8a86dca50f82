"""The mutants that tools/mutants.py tries: one mention of a fact each, and the tests that must fail without it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = "providers/mfa_association"
TABLE = f"{PACKAGE}/fields.py"
CONSTRUCTOR = f"{PACKAGE}/pulumi/resource.py"
FIELDS, RESOURCE = "tests/test_fields.py", "tests/pulumi/test_resource.py"
SIGNATURE = "test_the_constructor_is_keyword_only_and_has_the_inputs_alone"
OUTPUTS = "test_the_outputs_are_the_inputs_that_are_no_secret_and_what_iam_says"


@dataclass(frozen=True)
class Mutant:
    """One change of one file: the first ``text`` there becomes ``instead``, and one of ``tests`` must fail."""

    file: str
    text: str
    instead: str
    tests: tuple[str, ...]

    def __str__(self) -> str:
        shown = " ".join(self.text.split())
        return f"{self.file}: {shown[:70]!r} -> {self.instead.strip()[:40]!r}"


def rows() -> Iterator[Mutant]:
    """The table of inputs, less a row, or with one cell of a row at its default."""
    source = (ROOT / TABLE).read_text()
    table = next(node for node in ast.parse(source).body if getattr(node, "target", None) and _name(node) == "FIELDS")
    assert isinstance(table, ast.AnnAssign) and isinstance(table.value, ast.Tuple)
    for row in table.value.elts:
        assert isinstance(row, ast.Call)
        text = ast.get_source_segment(source, row) or ""
        yield Mutant(TABLE, f"    {text},\n", "", (f"{RESOURCE}::{SIGNATURE}",))
        for cell in row.keywords:
            shown = ast.get_source_segment(source, cell) or ""
            yield Mutant(TABLE, text, re.sub(rf"{re.escape(shown)},?\s*", "", text, count=1), (FIELDS,))
        change = ast.get_source_segment(source, row.args[1]) or ""
        other = '"state only"' if "nothing" in change else '"nothing"'
        yield Mutant(TABLE, text, text.replace(change, other, 1), (FIELDS,))


def _name(node: ast.stmt) -> str:
    return node.target.id if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) else ""


def constructor() -> Iterator[Mutant]:
    """The constructor that is written out, less a parameter, an annotation, or what its doc says of a parameter."""
    source = (ROOT / CONSTRUCTOR).read_text()
    for parameter in re.findall(r"^        \w+: Input\[.*,\n", source, re.MULTILINE):
        yield Mutant(CONSTRUCTOR, parameter, "", (f"{RESOURCE}::{SIGNATURE}",))
    for annotation in re.findall(r"^    \w+: Output\[.*\n", source, re.MULTILINE):
        yield Mutant(CONSTRUCTOR, annotation, "", (f"{RESOURCE}::{OUTPUTS}",))
    for described in re.findall(r"^    :param (?!name)\w+:", source, re.MULTILINE):
        yield Mutant(CONSTRUCTOR, described, "    :param other:", (f"{RESOURCE}::test_a_parameter_is_documented",))


def blocks() -> Iterator[Mutant]:
    """The Terraform blocks that users copy, less one key of a roster."""
    for file in (
        "docs/terraform.md",
        "examples/terraform/main.tf",
        "tools/terraform_pages/examples/functions/roster/function.tf",
        "tools/demo.tf",
    ):
        for line in re.findall(
            r"^  \w+ += .*\.(?:value|\[each\.key\])\.\w+\n", (ROOT / file).read_text(), re.MULTILINE
        ):
            yield Mutant(file, line, "", (f"{FIELDS}::test_every_block_hands_on_all_that_a_roster_says",))


def schema() -> Iterator[Mutant]:
    """The roster's JSON Schema, less one setting or one choice."""
    file, tests = f"{PACKAGE}/roster.schema.json", (f"{FIELDS}::test_the_text_about_inputs_is_made_of_the_table",)
    source = (ROOT / file).read_text()
    for key, value in re.findall(r'^ {8}("(?!serial_number|then|else)\w+"): (\{ "\$ref".*\})', source, re.MULTILINE):
        yield Mutant(file, f"{key}: {value}", f'"other": {value}', tests)
    for choices in re.findall(r'"enum": \[".*"\]', source):
        yield Mutant(file, choices, choices.replace(', "', '", "x', 1), tests)


def _tables() -> Iterator[Mutant]:
    """The docs' tables, less a row."""
    for file in ("docs/configuration.md", "docs/roster.md"):
        table = (ROOT / file).read_text().partition("made by tools/input_docs.py -->\n\n")[2].partition("\n\n")[0]
        for row in table.splitlines()[2:]:
            yield Mutant(file, f"{row}\n", "", (f"{FIELDS}::test_the_text_about_inputs_is_made_of_the_table",))


ADAPTERS = (
    Mutant(f"{PACKAGE}/engine/config.py", ', "on_destroy": self.on_destroy', "", (FIELDS,)),
    Mutant(f"{PACKAGE}/terraform/block.py", 'Attribute("on_destroy"', 'Attribute("other"', (FIELDS,)),
    Mutant("docs/configuration.md", "| `mfa:onDestroy` |", "| `mfa:other` |", (FIELDS,)),
    Mutant(
        f"{PACKAGE}/roster/model.py", '"root_account_id": self.root_account_id,', "", ("tests/pulumi/test_declare.py",)
    ),
    Mutant(f"{PACKAGE}/roster/model.py", '"user_name": self.user_name,', "", (FIELDS,)),
    Mutant(f"{PACKAGE}/roster/model.py", "**self.settings,", "", (FIELDS,)),
    Mutant(
        f"{PACKAGE}/roster/editing/edit.py",
        "tuple(line.inputs().values())",
        "tuple(line.inputs().values())[:-1]",
        (FIELDS,),
    ),
    Mutant(
        f"{PACKAGE}/pulumi/imports.py",
        "line.inputs()",
        '{**line.inputs(), "renew": None}',
        ("tests/pulumi/test_imports.py",),
    ),
    Mutant(
        f"{PACKAGE}/pulumi/declare.py",
        " | dict(zip(CODES, given.get(line.serial.name, ()), strict=False))",
        "",
        ("tests/pulumi/test_declare.py",),
    ),
    Mutant(
        f"{PACKAGE}/pulumi/config.py",
        "*DEFAULTS, ",
        "",
        ("tests/pulumi/test_provider.py::test_a_misspelt_key_is_an_error_and_not_a_guard_that_is_missing",),
    ),
    Mutant(
        f"{PACKAGE}/pulumi/provider.py",
        "changes.is_old_first(replaces)",
        "False",
        ("tests/pulumi/test_provider.py::test_diff_compares_named_keys",),
    ),
    Mutant(f"{PACKAGE}/engine/props.py", ' or field.change == "renews"', "", ("tests/engine/test_props.py",)),
)


def _records() -> Iterator[Mutant]:
    """The engine's record of a declaration, less what one input says."""
    file = f"{PACKAGE}/engine/props.py"
    body = (ROOT / file).read_text().partition("return Declaration(")[2].partition("\n    )")[0]
    for line in body.splitlines()[1:]:
        yield Mutant(file, f"{line}\n", "", ("tests/engine/test_props.py",))


KINDS_ERRORS_AND_TOKENS = (
    Mutant(
        f"{PACKAGE}/validation.py",
        '"mfa", holder_is_listed=True, has_entity=True)',
        '"mfa", has_entity=True)',
        ("tests/test_validation.py", "tests/inventory/test_drift.py"),
    ),
    Mutant(
        f"{PACKAGE}/validation.py",
        '"mfa", holder_is_listed=True, has_entity=True)',
        '"mfa", holder_is_listed=True)',
        ("tests/test_validation.py", "tests/roster/test_parse.py"),
    ),
    Mutant(
        f"{PACKAGE}/validation.py",
        '"mfa", holder_is_listed=True, has_entity=True)',
        '"mfa", holder_is_listed=True, has_entity=True, console_only=True)',
        ("tests/test_validation.py", "tests/pulumi/test_provider.py"),
    ),
    Mutant(
        f"{PACKAGE}/validation.py",
        'DeviceKind("hardware", "hardware")',
        'DeviceKind("hardware", "hardware", holder_is_listed=True)',
        ("tests/test_validation.py", "tests/inventory/test_drift.py"),
    ),
    Mutant(
        f"{PACKAGE}/validation.py",
        'DeviceKind("hardware", "hardware")',
        'DeviceKind("hardware", "hardware", has_entity=True)',
        ("tests/test_validation.py", "tests/roster/test_parse.py"),
    ),
    Mutant(
        f"{PACKAGE}/validation.py",
        'DeviceKind("hardware", "hardware")',
        'DeviceKind("hardware", "hardware", console_only=True)',
        ("tests/test_validation.py", "tests/pulumi/test_provider.py"),
    ),
    Mutant(
        f"{PACKAGE}/validation.py",
        '"u2f", console_only=True, arn_names_user=True)',
        '"u2f", arn_names_user=True)',
        ("tests/test_validation.py", "tests/lifecycle/test_move.py"),
    ),
    Mutant(
        f"{PACKAGE}/validation.py",
        '"u2f", console_only=True, arn_names_user=True)',
        '"u2f", console_only=True)',
        ("tests/test_validation.py", "tests/pulumi/test_provider.py"),
    ),
    Mutant(
        f"{PACKAGE}/validation.py",
        '"u2f", console_only=True, arn_names_user=True)',
        '"u2f", console_only=True, arn_names_user=True, holder_is_listed=True)',
        ("tests/test_validation.py", "tests/inventory/test_drift.py"),
    ),
    Mutant(
        f"{PACKAGE}/validation.py",
        '"u2f", console_only=True, arn_names_user=True)',
        '"u2f", console_only=True, arn_names_user=True, has_entity=True)',
        ("tests/test_validation.py", "tests/roster/test_parse.py"),
    ),
    Mutant(
        f"{PACKAGE}/validation.py",
        '"unknown kind", is_declarable=False)',
        '"unknown kind")',
        ("tests/test_validation.py", "tests/inventory/test_adopt.py"),
    ),
    Mutant(f"{PACKAGE}/validation.py", '"FIDO key"', '"fido"', ("tests/review/test_golden.py",)),
    Mutant(f"{PACKAGE}/lifecycle/model.py", " and self.user_name != ROOT_USER", "", ("tests/lifecycle/test_root.py",)),
    Mutant(
        f"{PACKAGE}/lifecycle/model.py",
        "self.kind.console_only or self.user_name == ROOT_USER",
        "self.kind.console_only",
        ("tests/lifecycle/test_root.py", "tests/lifecycle/test_renew.py"),
    ),
    Mutant(
        f"{PACKAGE}/engine/props.py",
        "association.kind.name,",
        "association.kind.label,",
        ("tests/engine/test_changes.py",),
    ),
    Mutant(
        f"{PACKAGE}/terraform/resource.py",
        '"active": True, "enable_date": fault.again.enable_date}',
        '"active": True}',
        ("tests/terraform/test_apply.py",),
    ),
    Mutant(f"{PACKAGE}/aws/errors.py", 'Setting("profile")', 'Setting("profil")', ("tests/test_errors.py",)),
    Mutant(
        f"{PACKAGE}/aws/errors.py",
        '("check the network, the proxy and ", Setting("endpoints"))',
        '"check the network and the proxy"',
        ("tests/test_errors.py",),
    ),
    Mutant(f"{PACKAGE}/aws/sentences.py", 'Setting("region")', '"aws:region"', ("tests/test_errors.py",)),
    Mutant(
        f"{PACKAGE}/lifecycle/refusals.py",
        '            Setting("max_removals"),\n',
        '            "mfa:maxRemovals",\n',
        ("tests/test_errors.py",),
    ),
    Mutant(
        f"{PACKAGE}/aws/session.py",
        '"allowed_account_ids" if allowed else "forbidden_account_ids"',
        '"forbidden_account_ids"',
        ("tests/test_errors.py",),
    ),
    Mutant(
        f"{PACKAGE}/lifecycle/move.py",
        "raise MoveBroken(wanted.serial_number, saved.user_name, wanted.user_name, fault)",
        "raise MoveBroken(wanted.serial_number, saved.user_name, wanted.user_name, str(fault))",
        ("tests/lifecycle/test_move.py",),
    ),
    Mutant(
        f"{PACKAGE}/lifecycle/ledger.py",
        "self.mark_declared(pair, fault if isinstance",
        "self.mark_declared(pair, str(fault) if isinstance",
        ("tests/lifecycle/test_successors.py",),
    ),
    Mutant(
        f"{PACKAGE}/lifecycle/refusals.py",
        'super().__init__(fault, "; the device',
        'super().__init__(str(fault), "; the device',
        ("tests/test_errors.py",),
    ),
    Mutant(f"{PACKAGE}/pulumi/provider.py", ".spelled(spelled)", ".spelled(str)", ("tests/pulumi/test_provider.py",)),
    Mutant(
        f"{PACKAGE}/cli/command_line.py",
        "{fault.spelled(spelled)}",
        "{fault}",
        ("tests/cli/test_status.py", "tests/cli/test_drift.py", "tests/cli/test_sign_in.py"),
    ),
    Mutant(f"{PACKAGE}/cli/options.py", '"profile": "--profile"', '"profile": "profile"', ("tests/test_errors.py",)),
    Mutant(f"{PACKAGE}/pulumi/config.py", "'mfa' if key in _MFA_KEYS else 'aws'", "'aws'", ("tests/test_errors.py",)),
    Mutant(
        f"{PACKAGE}/tokens.py",
        '"pulumi-python:dynamic/{P',
        '"pulumi-python:dynamic:{P',
        ("tests/review/test_types.py",),
    ),
    Mutant(
        f"{PACKAGE}/tokens.py",
        'PULUMI_NAME: Final = "MfaDeviceAssociation"',
        'PULUMI_NAME: Final = "MfaAssociation"',
        ("tests/pulumi/test_provider.py", "tests/review/test_types.py"),
    ),
    Mutant(
        f"{PACKAGE}/tokens.py",
        '"mfa:index/deviceAssociation:DeviceAssociation"',
        '"mfa:index/association:Association"',
        ("tests/review/test_bridged.py",),
    ),
    Mutant(
        f"{PACKAGE}/tokens.py",
        '"mfa_device_association"',
        '"mfa_association"',
        ("tests/terraform/test_about.py", "tests/review/test_types.py"),
    ),
    Mutant(
        f"{PACKAGE}/tokens.py",
        '"mfa-association/mfa"',
        '"mfa-association/aws"',
        ("tests/terraform/test_install.py", "tests/review/test_plans.py"),
    ),
    Mutant(
        f"{PACKAGE}/engine/contexts.py",
        'return "lift" if is_named else self.mode or saved',
        "return self.mode or saved",
        ("tests/engine/test_contexts.py",),
    ),
    Mutant(
        f"{PACKAGE}/inventory/revoke.py",
        "self._order.override.guard(target.serial_number, declared)",
        "declared",
        ("tests/cli/test_revoke.py",),
    ),
)
"""Capabilities of device kinds, the keys of settings in errors, and type tokens."""

MUTANTS = (*rows(), *constructor(), *blocks(), *schema(), *_tables(), *_records(), *ADAPTERS, *KINDS_ERRORS_AND_TOKENS)
