"""An import file says all that the roster says: what it leaves out, the next preview would change."""

from __future__ import annotations

from mfa_association.lifecycle import Association
from mfa_association.pulumi.imports import import_file
from mfa_association.validation import parse_serial_number
from tests.test_fields import PHONE, whole_line


def test_an_import_file_holds_all_that_a_roster_says() -> None:
    line, said = whole_line()
    found = Association("alice", parse_serial_number(PHONE), True, "111122223333")
    [made] = import_file([(line, found)])["resources"]
    assert {name: made["inputs"][name] for name in said} == said
    assert {name: made["outputs"][name] for name in said} == said
    assert set(made["inputs"]) == {*said, "__provider"}
