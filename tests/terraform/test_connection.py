"""The provider block to settings: every argument has its effect, and those of the AWS provider mean the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mfa_association.aws.settings import Role, Settings
from mfa_association.engine.inputs import UNKNOWN
from mfa_association.lifecycle import Limits, Pair
from mfa_association.pulumi.config import read
from mfa_association.terraform import block
from mfa_association.terraform.connection import Connection
from mfa_association.terraform.faults import NotKnownYet
from mfa_association.validation import parse_serial_number

ARN = "arn:aws:iam::111122223333:role/mfa"
ROLE = {
    "role_arn": ARN,
    "session_name": "me",
    "external_id": "e",
    "duration": "1h",
    "policy": "{}",
    "policy_arns": ["arn:aws:iam::aws:policy/X"],
    "source_identity": "s",
    "tags": {"a": "b"},
    "transitive_tag_keys": ["a"],
}
OPTIONS = {
    "DurationSeconds": 3600,
    "ExternalId": "e",
    "Policy": "{}",
    "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/X"}],
    "SourceIdentity": "s",
    "Tags": [{"Key": "a", "Value": "b"}],
    "TransitiveTagKeys": ["a"],
}
CASES: list[tuple[str, Any, str, Any, str, Any]] = [
    ("region", "eu-west-1", "region", "eu-west-1", "aws:region", "eu-west-1"),
    ("profile", "work", "profile", "work", "aws:profile", "work"),
    ("shared_config_files", ["/c", "/d"], "files", (("config_file", "/c"),), "aws:sharedConfigFiles", '["/c"]'),
    ("shared_credentials_files", ["/c"], "files", (("credentials_file", "/c"),), "aws:sharedCredentialsFiles", '["/c"]'),
    ("allowed_account_ids", ["111122223333"], "allowed_account_ids", ("111122223333",), "aws:allowedAccountIds",
     '["111122223333"]'),
    ("forbidden_account_ids", ["111122223333"], "forbidden_account_ids", ("111122223333",), "aws:forbiddenAccountIds",
     '["111122223333"]'),
    ("max_retries", 2, "read_attempts", 3, "aws:maxRetries", "2"),
    ("http_proxy", "http://p", "proxy", "http://p", "aws:httpProxy", "http://p"),
    ("https_proxy", "http://q", "proxy", "http://q", "aws:httpsProxy", "http://q"),
    ("custom_ca_bundle", "/ca", "verify", "/ca", "aws:customCaBundle", "/ca"),
    ("insecure", True, "verify", False, "aws:insecure", "true"),
    ("use_fips_endpoint", True, "use_fips", True, "aws:useFipsEndpoint", "true"),
    ("use_dualstack_endpoint", True, "use_dualstack", True, "aws:useDualstackEndpoint", "true"),
    ("endpoints", [{"iam": "http://i", "sts": None}, {"sts": "http://s"}], "endpoints",
     (("iam", "http://i"), ("sts", "http://s")), "aws:endpoints", '[{"iam": "http://i"}, {"sts": "http://s"}]'),
    ("assume_role", [ROLE], "roles", (Role(ARN, "me", json.dumps(OPTIONS)),), "aws:assumeRoles",
     json.dumps([{"roleArn": ARN, "sessionName": "me", "externalId": "e", "duration": "1h", "policy": "{}",
                  "policyArns": ["arn:aws:iam::aws:policy/X"], "sourceIdentity": "s", "tags": {"a": "b"},
                  "transitiveTagKeys": ["a"]}])),
    ("max_removals", 3, "max_removals", 3, "mfa:maxRemovals", "3"),
    ("retry_deadline", 60, "retry_deadline", 60.0, "mfa:retryDeadline", "60"),
    ("propagation_time", 0, "propagation", 0.0, "mfa:propagationTime", "0"),
    ("on_last_device", "refuse", "on_last_device", "refuse", "mfa:onLastDevice", "refuse"),
    ("on_destroy", "delete-virtual-device", "on_destroy", "delete-virtual-device", "mfa:onDestroy",
     "delete-virtual-device"),
]  # fmt: skip


@pytest.mark.parametrize("argument, given, setting, meant, key, text", CASES, ids=[case[0] for case in CASES])
def test_an_argument_means_what_it_means_to_pulumi(
    argument: str, given: Any, setting: str, meant: Any, key: str, text: str
) -> None:
    config = Connection({argument: given}).config
    config.refuse_faults()
    holder = next(one for one in (config.settings, config.limits, config) if hasattr(one, setting))
    assert getattr(holder, setting) == meant
    assert config == read({key: text})


def test_every_argument_is_tried() -> None:
    assert {case[0] for case in CASES} == {*block.SCHEMA.names, *(one.name for one in block.SCHEMA.blocks)}


def test_nothing_given_is_the_usual() -> None:
    config = Connection(dict.fromkeys(block.SCHEMA.names)).config
    assert (config.settings, config.limits, config.defaults) == (Settings(), Limits(), {})


def test_what_is_not_known_yet_stops_what_asks_aws() -> None:
    connection = Connection({"profile": UNKNOWN, "assume_role": [{"role_arn": UNKNOWN}], "max_removals": 3})
    assert connection.unknown == ["assume_role", "profile"] and connection.config.limits.max_removals == 3
    for ask in (lambda: connection.context({}), lambda: connection.settings(None), lambda: connection.for_plan({})):
        with pytest.raises(NotKnownYet, match="assume_role, profile of the provider configuration is not known"):
            ask()


def test_a_role_of_a_data_source_comes_after_the_providers() -> None:
    connection = Connection({"assume_role": [ROLE]})
    assert [role.arn for role in connection.settings("arn:aws:iam::111122223333:role/two").roles] == [
        ARN,
        "arn:aws:iam::111122223333:role/two",
    ]
    assert [role.arn for role in connection.settings(None).roles] == [ARN]


def test_a_foreseen_removal_is_not_forgotten_however_long_a_plan_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.clock_gettime", lambda _: now[0])
    ledger = Connection({"region": "us-east-1"}).for_plan({}).ledger
    pair = Pair(parse_serial_number("arn:aws:iam::111122223333:mfa/alice-phone"), "alice", "111122223333")
    with ledger.removing(pair, None):
        pass
    now[0] = 3600.0
    assert ledger.removed(pair)
