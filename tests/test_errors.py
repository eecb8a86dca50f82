"""Every error, as every tool shows it: settings spelled as that tool's users type them, and no word of another tool."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import mfa_association
from mfa_association.aws import errors as aws_errors
from mfa_association.aws.errors import AwsError, NoCredentials, Unreachable
from mfa_association.aws.sentences import SENTENCES
from mfa_association.aws.session import AccountRefused, Session
from mfa_association.aws.settings import Settings
from mfa_association.cli.options import spelled as on_the_command_line
from mfa_association.engine import config
from mfa_association.errors import MfaError, Setting, Spelling, plain_key
from mfa_association.lifecycle import Association, refusals
from mfa_association.pulumi.config import spelled as in_a_stack
from mfa_association.validation import parse_serial_number

PHONE = parse_serial_number("arn:aws:iam::111122223333:mfa/alice-phone")
ALICES = Association("alice", PHONE, True, "111122223333")
CAUSE = NoCredentials("asking", "GetUser", "as AWS says it")
"""It names a setting, so whoever passes an error on must keep that open."""


class Surface(NamedTuple):
    """``others``: folders whose errors never get there. ``foreign``: what only users of another tool understand."""

    name: str
    spelling: Spelling
    others: tuple[str, ...]
    foreign: re.Pattern[str]


KEY = r"(?<![\w:])(aws|mfa):[a-z]"
SURFACES = (
    Surface("Pulumi", in_a_stack, ("terraform", "cli", "inventory", "review", "github"), re.compile("terraform", re.I)),
    Surface(
        "Terraform", plain_key, ("pulumi", "cli", "inventory", "review", "github"), re.compile(f"{KEY}|pulumi|--profile", re.I)
    ),
    Surface("command line", on_the_command_line, ("pulumi", "terraform"), re.compile(KEY)),
)  # fmt: skip
EXAMPLES: dict[str, Any] = {
    "str": "x",
    "str | None": "x",
    "object": "x",
    "int": 3,
    "float": 3.0,
    "bool": True,
    "list[str]": ["x"],
    "list[tuple[int, str]]": [(1, "x")],
    "Path": Path("x"),
    "SerialNumber": PHONE,
    "Association": ALICES,
    "MfaError": CAUSE,
    "Words": CAUSE,
}
"""A value for each type of an error's argument. A new type of argument needs one here."""


def every_class() -> Iterator[type[MfaError]]:
    """All errors of the package but the sandbox's, which stands for AWS."""
    for module in pkgutil.walk_packages(mfa_association.__path__, "mfa_association."):
        if ".sandbox" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    waiting: list[type[MfaError]] = [MfaError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("mfa_association.") and kind not in (MfaError, refusals.Refusal):
            yield kind


def made(kind: type[MfaError]) -> Iterator[MfaError]:
    """An error of this class; an AWS one for each call that has words of its own for it."""
    if issubclass(kind, AwsError):
        calls = [call for call, name in SENTENCES if name == kind.__name__]
        yield from (kind("doing something", call, "as AWS says it") for call in ("", *calls))
    elif kind.__init__ in (MfaError.__init__, refusals.Refusal.__init__):
        yield kind("doing something: it failed; nothing was changed, mend it")
    else:
        arguments = list(inspect.signature(kind.__init__).parameters.values())[1:]
        values = {one.name: EXAMPLES[str(one.annotation)] for one in arguments}
        positional = [values[one.name] for one in arguments if one.kind is not one.KEYWORD_ONLY]
        yield kind(*positional, **{one.name: values[one.name] for one in arguments if one.kind is one.KEYWORD_ONLY})


CLASSES = sorted(set(every_class()), key=lambda kind: f"{kind.__module__}.{kind.__name__}")


def settings_of(error: MfaError) -> set[str]:
    """The settings that a sentence names, those of its causes included."""
    found: set[str] = set()

    def note(key: str) -> str:
        found.add(key)
        return key

    error.spelled(note)
    return found


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_no_sentence_speaks_of_another_tool(kind: type[MfaError], surface: Surface) -> None:
    if kind.__module__.split(".")[1] in surface.others:
        return
    for error in made(kind):
        text = error.spelled(surface.spelling)
        assert not surface.foreign.search(text), text
        assert "Setting(" not in text and "Error(" not in text, text


@pytest.mark.parametrize("surface", SURFACES[::2], ids=lambda surface: surface.name)
def test_who_passes_an_error_on_keeps_its_settings_open(surface: Surface) -> None:
    """But for what puts it into an engine's own words."""
    passing = [kind for kind in CLASSES if {"MfaError", "Words"} & {str(one.annotation) for one in
               inspect.signature(kind.__init__).parameters.values()} and not issubclass(kind, AwsError)]  # fmt: skip
    assert {kind.__name__ for kind in passing} >= {"MoveBroken", "MoveTakenBack", "MoveUnknown", "StateKept"}
    for kind in passing:
        for error in made(kind):
            if "words" not in inspect.signature(kind.__init__).parameters:
                assert CAUSE.spelled(surface.spelling) in error.spelled(surface.spelling)


class Spelled(NamedTuple):
    error: MfaError
    pulumi: str
    terraform: str
    cli: str


SPELLED = (
    Spelled(
        NoCredentials("asking", "GetUser", ""),
        "set aws:profile, sign in, or export AWS credentials",
        "set profile, sign in, or export AWS credentials",
        "set --profile, sign in, or export AWS credentials",
    ),
    Spelled(
        Unreachable("asking", "GetUser", ""),
        "check the network, the proxy and aws:endpoints",
        "check the network, the proxy and endpoints",
        "check the network, the proxy and AWS_ENDPOINT_URL",
    ),
    Spelled(
        aws_errors.InvalidInput("asking", "AssumeRoot", ""),
        "use a regional STS endpoint: set aws:region, and no global one in aws:endpoints",
        "use a regional STS endpoint: set region, and no global one in endpoints",
        "use a regional STS endpoint: set --region, and no global one in AWS_ENDPOINT_URL",
    ),
    Spelled(
        refusals.TooManyRemovals("alice", PHONE, 3),
        "as many as mfa:maxRemovals allows",
        "as many as max_removals allows",
        "as many as max_removals allows",
    ),
    Spelled(
        refusals.MoveBroken(PHONE, "alice", "bob", (CAUSE, ", and then: ", Unreachable("asking", "GetUser", ""))),
        "set aws:profile, sign in, or export AWS credentials (AWS: as AWS says it), and then: asking: the AWS endpoint "
        "cannot be reached; check the network, the proxy and aws:endpoints; nobody holds it now",
        "the proxy and endpoints; nobody holds it now",
        "the proxy and AWS_ENDPOINT_URL; nobody holds it now",
    ),
)


@pytest.mark.parametrize("case", SPELLED, ids=lambda case: type(case.error).__name__)
def test_a_setting_is_spelled_as_it_is_typed(case: Spelled) -> None:
    told = [case.error.spelled(surface.spelling) for surface in SURFACES]
    assert all(words in text for words, text in zip(case[1:], told, strict=True)), told
    assert str(case.error) == case.error.spelled(plain_key)


@pytest.mark.parametrize(
    "settings, pulumi, cli",
    [
        (Settings(allowed_account_ids=("222233334444",)), "aws:allowedAccountIds", "--accounts"),
        (Settings(forbidden_account_ids=("111122223333",)), "aws:forbiddenAccountIds", "forbidden_account_ids"),
    ],
)
def test_the_setting_that_rules_an_account_out_is_named(settings: Settings, pulumi: str, cli: str) -> None:
    with pytest.raises(AccountRefused) as caught:
        Session(settings)._refuse("111122223333")
    start = "nothing was changed, correct the credentials or "
    assert caught.value.spelled(in_a_stack).endswith(start + pulumi)
    assert caught.value.spelled(on_the_command_line).endswith(start + cli)


def test_what_is_named_is_a_setting() -> None:
    """A misspelt key would tell users to set what nobody reads."""
    read: set[str] = set()

    class Recorder:
        def get(self, key: str) -> Any:
            read.add(key)

        def spelled(self, name: str) -> str:
            return name

        def fault(self, key: str, rule: str) -> MfaError:
            return MfaError(key, rule)

    config.read(Recorder())
    named = {key for kind in CLASSES for error in made(kind) for key in settings_of(error)}
    assert named == {"profile", "region", "endpoints", "max_removals"}
    assert named | {"allowed_account_ids", "forbidden_account_ids"} <= read


def test_a_setting_alone_is_a_sentence_too() -> None:
    assert str(MfaError(Setting("profile"))) == "profile"
    assert str(MfaError()) == ""
