"""Seeds, their codes, and where they may come from."""

from __future__ import annotations

import base64
from datetime import datetime, timezone
from pathlib import Path

import pytest

from mfa_association.grammar import Fault
from mfa_association.totp import SeedUnreadable, parse_seed, parse_seed_source, step_at

RFC = base64.b32encode(b"12345678901234567890").decode()  # the test secret of RFC 4226, appendix D
RFC_CODES = ("755224", "287082", "359152", "969429", "338314")  # its first values, counters 0 to 4


@pytest.mark.parametrize("step", range(1, 5))
def test_codes_are_those_of_the_rfc_the_older_first(step: int) -> None:
    assert parse_seed(RFC).pair(step) == (RFC_CODES[step - 1], RFC_CODES[step])


def test_a_step_is_thirty_seconds() -> None:
    moments = [datetime.fromtimestamp(seconds, timezone.utc) for seconds in (0, 29.9, 30, 59, 60)]
    assert [step_at(moment) for moment in moments] == [0, 0, 1, 1, 2]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (RFC, "base32 as IAM gives it"),
        (RFC.lower(), "as some apps show it"),
        (" ".join(RFC[i : i + 4] for i in range(0, len(RFC), 4)), "in groups, as consoles print it"),
        (f"{RFC}\n", "a file ends with a newline"),
        (base64.b64encode(RFC.encode()).decode(), "once more in base64, as some tools hand on the API's blob"),
    ],
)
def test_a_seed_is_read_in_any_of_its_spellings(text: str, reason: str) -> None:
    assert parse_seed(text).pair(1) == RFC_CODES[:2], reason


@pytest.mark.parametrize(
    "text", ["", "ABC", "A" * 15, "01890189018901890189", RFC[:-1] + "é", RFC + "!", 7, None, "Ab" * 16]
)
def test_what_is_no_seed_is_refused_without_being_shown(text: object) -> None:
    with pytest.raises(Fault) as caught:
        parse_seed(text)
    assert str(caught.value) == "seed: must be the base32 text of the device's seed"
    assert caught.value.value is None


def test_a_seed_is_not_in_its_repr() -> None:
    assert RFC not in repr(parse_seed(RFC))


@pytest.mark.parametrize("text", ["env:NAME", "file:~/seed", "ssm:/mfa/deployer", "secretsmanager:mfa#deployer"])
def test_sources_that_are_known(text: str) -> None:
    assert str(parse_seed_source(text)) == text


@pytest.mark.parametrize("text", ["", "env:", "http://x", "ENV:NAME", "env:A B", "file:/a\nb", "ssm:é", None, 7, RFC])
def test_sources_that_are_not(text: object) -> None:
    with pytest.raises(Fault, match=r"must be env:NAME, file:PATH, ssm:/path or secretsmanager:ID\[#key\]"):
        parse_seed_source(text)


def test_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    source = parse_seed_source("env:DEPLOYER_SEED")
    with pytest.raises(SeedUnreadable, match=r"reading the seed from \(env:DEPLOYER_SEED\): the environment variable"):
        source.read_here()
    monkeypatch.setenv("DEPLOYER_SEED", RFC)
    assert source.read_here() == RFC


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "the file cannot be read: No such file or directory"), (b"\xff\xfe", "the file holds no base32 text")],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, content: bytes | None, told: str) -> None:
    if content is not None:
        (tmp_path / "seed").write_bytes(content)
    with pytest.raises(SeedUnreadable) as caught:
        parse_seed_source(f"file:{tmp_path}/seed").read_here()
    assert told in str(caught.value)


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "seed").write_text(RFC)
    assert parse_seed_source(f"file:{tmp_path}/seed").read_here() == RFC
