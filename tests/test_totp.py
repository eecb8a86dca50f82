"""Seeds, their codes, and where they may come from."""

from __future__ import annotations

import base64
from datetime import datetime, timezone
from pathlib import Path

import pytest

from mfa_association.totp import SeedUnreadable, parse_seed, parse_seed_source, step_at
from mfa_association.validation import InvalidValue

RFC = base64.b32encode(b"12345678901234567890").decode()  # the test secret of RFC 4226, appendix D
RFC_CODES = ("755224", "287082", "359152", "969429", "338314")  # its first values, counters 0 to 4


@pytest.mark.parametrize("step", range(1, 5))
def test_codes_are_those_of_the_rfc_the_older_first(step: int) -> None:
    assert parse_seed(RFC).pair(step) == (RFC_CODES[step - 1], RFC_CODES[step])


def test_a_step_is_thirty_seconds() -> None:
    moments = [datetime.fromtimestamp(seconds, timezone.utc) for seconds in (0, 29.9, 30, 59, 60)]
    assert [step_at(moment) for moment in moments] == [0, 0, 1, 1, 2]


GROUPS = [RFC[i : i + 4] for i in range(0, len(RFC), 4)]
URI = f"otpauth://totp/Amazon%20Web%20Services:alice@111122223333?secret={RFC}&issuer=Amazon"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (RFC, "base32 as IAM gives it"),
        (RFC.lower(), "as some apps show it"),
        (RFC.capitalize(), "as a phone's keyboard makes it"),
        (" ".join(GROUPS), "in groups, as consoles print it"),
        ("-".join(GROUPS).lower(), "in groups with hyphens"),
        (f"{RFC}\n", "a file ends with a newline"),
        (f"{RFC}======", "padded as base32 is"),
        (base64.b64encode(RFC.encode()).decode(), "once more in base64, as some tools hand on the API's blob"),
        (URI, "what the QR code holds"),
        (f" {URI}&digits=6&period=30&algorithm=SHA1 ", "with the parameters that AWS uses anyway"),
        (f"OTPAUTH://TOTP/alice?SECRET={RFC.lower()}", "an address in other cases"),
        (f"otpauth://totp/alice?secret={'%20'.join(GROUPS)}", "an address whose seed is in groups"),
    ],
)
def test_a_seed_is_read_in_any_of_its_spellings(text: str, reason: str) -> None:
    assert parse_seed(text).pair(1) == RFC_CODES[:2], reason


NOT_BASE32 = "must be the device's seed: base32 text (A to Z, 2 to 7) or an otpauth:// address"
TOO_SHORT = "is too short: a seed has at least 23 base32 characters, one of AWS's has 64"
CUT = "is not complete: base32 text never has this length; a character is missing, or there is one too many"
OTHER_KIND = "must give codes as AWS uses them: otpauth://totp, six digits, 30 seconds, SHA1"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", NOT_BASE32),
        ("0189" * 8, NOT_BASE32),
        (RFC[:-1] + "é", NOT_BASE32),
        (RFC[:-1] + "\u017f", NOT_BASE32),  # its upper case is the letter S
        (RFC + "!", NOT_BASE32),
        (RFC[:16] + "==" + RFC[16:], NOT_BASE32),
        (7, NOT_BASE32),
        (None, NOT_BASE32),
        ("otpauth://totp/alice", NOT_BASE32),
        ("otpauth://[", NOT_BASE32),
        ("https://example.com/?secret=" + RFC, NOT_BASE32),
        *((RFC[:length], TOO_SHORT) for length in (3, 15, 16, 17, 18, 19, 20, 21, 22)),
        *(((RFC + RFC)[:length], CUT) for length in (25, 27, 30, 33, 59, 62)),
        (f"otpauth://totp/alice?secret={RFC[:20]}", TOO_SHORT),
        (f"otpauth://hotp/alice?secret={RFC}&counter=1", OTHER_KIND),
        (f"{URI}&digits=8", OTHER_KIND),
        (f"{URI}&period=60", OTHER_KIND),
        (f"{URI}&algorithm=SHA256", OTHER_KIND),
    ],
)
def test_what_is_no_seed_is_refused_without_being_shown(text: object, rule: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_seed(text)
    assert str(caught.value) == f"seed: {rule}"
    assert caught.value.value is None


@pytest.mark.parametrize("length", range(100))
def test_a_seed_that_is_taken_gives_codes(length: int) -> None:
    """As strict as at use: whichever version of pyotp there is, it refuses no seed that was taken."""
    try:
        seed = parse_seed((RFC * 4)[:length])
    except InvalidValue:
        assert length < 23 or length % 8 in (1, 3, 6)
        return
    assert len("".join(seed.pair(step_at(datetime.now(timezone.utc))))) == 12


def test_a_seed_is_not_in_its_repr() -> None:
    assert RFC not in repr(parse_seed(RFC))


@pytest.mark.parametrize("text", ["env:NAME", "file:~/seed", "ssm:/mfa/deployer", "secretsmanager:mfa#deployer"])
def test_sources_that_are_known(text: str) -> None:
    assert str(parse_seed_source(text)) == text


@pytest.mark.parametrize("text", ["", "env:", "http://x", "ENV:NAME", "env:A B", "file:/a\nb", "ssm:é", None, 7, RFC])
def test_sources_that_are_not(text: object) -> None:
    with pytest.raises(InvalidValue, match=r"must be env:NAME, file:PATH, ssm:/path or secretsmanager:ID\[#key\]"):
        parse_seed_source(text)


def test_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    source = parse_seed_source("env:DEPLOYER_SEED")
    with pytest.raises(SeedUnreadable, match=r"reading the seed from \(env:DEPLOYER_SEED\): the environment variable"):
        source.read_here()
    monkeypatch.setenv("DEPLOYER_SEED", RFC)
    assert source.read_here() == RFC


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "the file cannot be read: No such file or directory"), (b"\xff\xfe", "the file does not hold base32 text")],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, content: bytes | None, told: str) -> None:
    if content is not None:
        (tmp_path / "seed").write_bytes(content)
    with pytest.raises(SeedUnreadable) as caught:
        parse_seed_source(f"file:{tmp_path}/seed").read_here()
    assert told in str(caught.value)


@pytest.mark.parametrize("path", ["~nobody-of-this-name/seed", "."])
def test_a_path_that_names_no_file(path: str) -> None:
    with pytest.raises(SeedUnreadable, match="the file cannot be read: "):
        parse_seed_source(f"file:{path}").read_here()


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "seed").write_text(RFC)
    assert parse_seed_source(f"file:{tmp_path}/seed").read_here() == RFC
