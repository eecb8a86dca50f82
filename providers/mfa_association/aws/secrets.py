"""Seeds that AWS keeps: SSM parameters and Secrets Manager secrets."""

from __future__ import annotations

import json

from mfa_association.aws.answers import translate_errors
from mfa_association.aws.session import Session
from mfa_association.totp import Seed, SeedSource, SeedUnreadable, parse_seed
from mfa_association.validation import InvalidValue


def read_seed(session: Session, source: SeedSource) -> Seed:
    """Read a seed from wherever it is kept. Raises ``SeedUnreadable`` or an ``AwsError``, never with its text."""
    readers = {"ssm": _parameter, "secretsmanager": _secret}
    reader = readers.get(source.place)
    text = reader(session, source) if reader else source.read_here()
    try:
        return parse_seed(text)
    except InvalidValue as fault:
        raise SeedUnreadable(str(source), f"its content {fault.rule}") from None


def _parameter(session: Session, source: SeedSource) -> str:
    with translate_errors(f"reading the seed from ({source})", "GetParameter"):
        client = session.client("ssm")
        return str(client.get_parameter(Name=source.name, WithDecryption=True)["Parameter"]["Value"])


def _secret(session: Session, source: SeedSource) -> str:
    name, _, key = source.name.partition("#")
    with translate_errors(f"reading the seed from ({source})", "GetSecretValue"):
        text = session.client("secretsmanager").get_secret_value(SecretId=name).get("SecretString")
    if text is None:
        raise SeedUnreadable(str(source), "the secret is binary: it has no SecretString")
    if not key:
        return str(text)
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError):
        raise SeedUnreadable(str(source), f"the secret is not a JSON object with the key {key!r}") from None
