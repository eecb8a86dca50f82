"""Seeds of devices kept in Systems Manager and Secrets Manager: values, refusals in JSON, and nothing told."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from mfa_association.sandbox import Sandbox, SeedFault
from tests.sandbox.lab import ACCOUNT, OTHER, Lab, refusal, sandbox_lab

BASE32 = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CI, FOREIGN, EXPIRED = "ASIAEXAMPLECI0000000", "ASIAEXAMPLEFOREIGN00", "ASIAEXAMPLEEXPIRED00"
SEED: dict[str, Any] = {
    "accounts": {
        ACCOUNT: {
            "parameters": {"/mfa/alice": BASE32, "plain": "text"},
            "secrets": {"mfa/alice": BASE32, "team": {"alice": BASE32, "bob": "x"}},
        },
        OTHER: {},
    },
    "keys": {
        CI: {"account": ACCOUNT, "role": "ci"},
        FOREIGN: {"account": OTHER, "role": "ci"},
        EXPIRED: {"account": ACCOUNT, "role": "ci", "expired": True},
    },
}


@pytest.fixture
def kept() -> Any:
    with sandbox_lab(SEED) as lab:
        yield lab


def parameter(lab: Lab, name: str = "/mfa/alice", key: str = CI, decrypt: bool = True, **client: Any) -> str:
    assert lab.sandbox
    ssm = lab.sandbox.client("ssm", key, **client)
    return str(ssm.get_parameter(Name=name, WithDecryption=decrypt)["Parameter"]["Value"])


def secret(lab: Lab, name: str = "mfa/alice", key: str = CI, **client: Any) -> str:
    assert lab.sandbox
    return str(lab.sandbox.client("secretsmanager", key, **client).get_secret_value(SecretId=name)["SecretString"])


def test_values_come_back(kept: Lab) -> None:
    assert (parameter(kept), parameter(kept, "plain")) == (BASE32, "text")
    assert secret(kept) == BASE32
    assert json.loads(secret(kept, "team")) == {"alice": BASE32, "bob": "x"}


def test_a_secret_is_found_by_its_arn(kept: Lab) -> None:
    arn = kept.client(CI, "secretsmanager").describe_secret(SecretId="mfa/alice")["ARN"]
    assert arn.startswith(f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:mfa/alice-")
    assert secret(kept, arn) == BASE32


def test_a_parameter_is_a_secure_string(kept: Lab) -> None:
    assert parameter(kept, decrypt=False) != BASE32


def test_any_region_of_the_account_will_do(kept: Lab) -> None:
    assert parameter(kept, region="eu-central-1") == secret(kept, region="eu-central-1") == BASE32


def test_a_new_value_replaces_the_old_one(kept: Lab) -> None:
    assert kept.sandbox
    kept.sandbox.add({"accounts": {ACCOUNT: {"parameters": {"/mfa/alice": "new"}, "secrets": {"mfa/alice": "newer"}}}})
    assert (parameter(kept), secret(kept)) == ("new", "newer")


def test_a_new_sandbox_has_forgotten_them(kept: Lab) -> None:
    assert kept.sandbox
    kept.sandbox.__exit__()
    try:
        with sandbox_lab({"keys": SEED["keys"]}) as lab:
            assert refusal(parameter, lab)[0] == "ParameterNotFound"
            assert refusal(secret, lab)[0] == "ResourceNotFoundException"
    finally:
        kept.sandbox.__enter__()


class Row(NamedTuple):
    """A key and its policies, and the code of each service for reading a seed; both answer 400."""

    reason: str
    ssm: str
    secretsmanager: str
    key: str = CI
    deny: tuple[str, ...] = ()
    policies: list[Any] | None = None


def allow(*resources: str) -> list[Any]:
    actions = ["ssm:GetParameter", "secretsmanager:GetSecretValue"]
    return [{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": list(resources)}}]


PARAMETER = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/mfa/alice"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:mfa/alice-??????"
NO = "AccessDeniedException"
ROWS = [
    Row("of another account", "ParameterNotFound", "ResourceNotFoundException", FOREIGN),
    Row("an expired session", "ExpiredTokenException", "ExpiredTokenException", EXPIRED),
    Row("denied by name", NO, NO, deny=("ssm:GetParameter", "secretsmanager:GetSecretValue")),
    Row("denied by service", NO, NO, deny=("ssm:*", "secretsmanager:*")),
    Row("no policy", NO, NO, policies=[]),
    Row("the two by their resources", "Success", "Success", policies=allow(PARAMETER, SECRET)),
    Row("the parameter alone", "Success", NO, policies=allow(PARAMETER)),
    Row("the secret alone", NO, "Success", policies=allow(SECRET)),
    Row("all of a path", "Success", "Success", policies=allow(PARAMETER[:-5] + "*", SECRET[:-12] + "*")),
    Row("another region's", NO, NO, policies=allow(*(one.replace("us-east", "eu-west") for one in (PARAMETER, SECRET)))),
    Row("a secret without its six random characters", NO, NO, policies=allow(SECRET[:-7])),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_who_may_read_a_seed(row: Row, kept: Lab) -> None:
    assert kept.sandbox
    if row.key == CI:
        given = {"deny": list(row.deny)} | ({} if row.policies is None else {"policies": row.policies})
        kept.sandbox.add({"keys": {CI: {"account": ACCOUNT, "role": "ci", **given}}})
    told = refusal(parameter, kept, key=row.key), refusal(secret, kept, key=row.key)
    assert (told[0][0], told[1][0]) == (row.ssm, row.secretsmanager)
    assert {one[1] for one in told} <= {200, 400}
    assert BASE32 not in str(told)


def test_an_unknown_key_in_words_of_services_that_speak_json(kept: Lab) -> None:
    assert kept.sandbox
    kept.sandbox.add({"strict_keys": True})
    for call in (parameter, secret):
        assert refusal(call, kept, key="ASIAUNKNOWN000000000")[:2] == ("UnrecognizedClientException", 400)


def test_a_denial_names_the_thing_as_aws_does(kept: Lab) -> None:
    assert kept.sandbox
    kept.sandbox.add({"keys": {CI: {"account": ACCOUNT, "role": "ci", "policies": []}}})
    who = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/ci/sandbox is not authorized to perform: "
    assert f"{who}ssm:GetParameter on resource: {PARAMETER} because" in refusal(parameter, kept)[2]
    assert f"{who}secretsmanager:GetSecretValue on resource: mfa/alice because" in refusal(secret, kept)[2]


def test_faults_and_counts_reach_these_services_too(kept: Lab) -> None:
    assert kept.sandbox
    kept.sandbox.reset_calls()
    kept.sandbox.fault("GetParameter", error="Throttling")
    assert refusal(parameter, kept)[:2] == ("ThrottlingException", 400)
    kept.sandbox.fault("GetSecretValue", error="InternalFailure")
    assert refusal(secret, kept)[:2] == ("InternalFailure", 500)
    assert kept.sandbox.calls() == {"GetParameter": 1, "GetSecretValue": 1}


FAULTS = [
    ({"parameters": {"mfa/alice": BASE32}}, "parameters: must be names as AWS allows, not 'mfa/alice'"),
    ({"parameters": {"/mfa/alice": {"a": BASE32}}}, "parameters./mfa/alice: must be text, in quotes"),
    ({"parameters": {"/mfa/alice": ""}}, "parameters./mfa/alice: must be text, in quotes"),
    ({"secrets": {"a b": BASE32}}, "secrets: must be names as AWS allows, not 'a b'"),
    ({"secrets": {"alice": [BASE32]}}, "secrets.alice: must be text, in quotes, or a mapping"),
    ({"secrets": {"alice": 12345678}}, "secrets.alice: must be text, in quotes, or a mapping"),
]


@pytest.mark.parametrize(("given", "words"), FAULTS, ids=[words for _, words in FAULTS])
def test_a_fault_never_tells_a_value(given: dict[str, Any], words: str) -> None:
    with pytest.raises(SeedFault) as fault:
        Sandbox({"accounts": {ACCOUNT: given}})
    assert words in str(fault.value)
    assert BASE32 not in str(fault.value) and "12345678" not in str(fault.value)
