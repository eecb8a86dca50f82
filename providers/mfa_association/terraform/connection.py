"""The provider block: its schema, its checks, and the runs that a configured provider gives."""

from __future__ import annotations

from typing import Any

from mfa_association.aws.session import Settings
from mfa_association.engine import config, runs
from mfa_association.engine.config import ProviderConfig
from mfa_association.engine.inputs import UNKNOWN
from mfa_association.engine.props import USUAL
from mfa_association.engine.runs import Runs
from mfa_association.errors import MfaError
from mfa_association.grammar import OnLastDevice
from mfa_association.lifecycle import Ledger, Run
from mfa_association.terraform.diagnostics import note, warn
from mfa_association.terraform.schema import Attribute, Block, Schema

_TEXTS, _PAIRS = ["list", "string"], ["map", "string"]

SCHEMA = Schema(
    "Who holds which AWS MFA device. The arguments are those of the `hashicorp/aws` provider where it has them; "
    "credentials come from the usual AWS environment and are no arguments, because a plan file keeps these.",
    (
        Attribute("region", "optional", "AWS region to sign in to; IAM itself is global."),
        Attribute("profile", "optional", "Profile of the shared AWS configuration."),
        Attribute("shared_config_files", "optional", "Path of the configuration file; the first counts.", _TEXTS),
        Attribute("shared_credentials_files", "optional", "Path of the credentials file; the first counts.", _TEXTS),
        Attribute("allowed_account_ids", "optional", "Refuse all other accounts before anything is read.", _TEXTS),
        Attribute("forbidden_account_ids", "optional", "Refuse these accounts before anything is read.", _TEXTS),
        Attribute("max_retries", "optional", "Retries of reads (4).", "number"),
        Attribute("http_proxy", "optional", "Proxy for HTTP."),
        Attribute("https_proxy", "optional", "Proxy for HTTPS."),
        Attribute("custom_ca_bundle", "optional", "Path of a bundle of certificate authorities."),
        Attribute("insecure", "optional", "Do not verify certificates.", "bool"),
        Attribute("use_fips_endpoint", "optional", "Use endpoints with FIPS.", "bool"),
        Attribute("use_dualstack_endpoint", "optional", "Use endpoints with IPv6.", "bool"),
        Attribute(
            "max_removals",
            "optional",
            "Most deactivations in one run: more fail, their state is kept. Unlimited unless set.",
            "number",
        ),
        Attribute("on_last_device", "optional", "`on_last_device` of the resources that do not say otherwise."),
        Attribute("on_destroy", "optional", "`on_destroy` of the virtual devices that do not say otherwise."),
        Attribute("retry_deadline", "optional", "Seconds for retryable errors (300).", "number"),
        Attribute("propagation_time", "optional", "Seconds for IAM to show what is new (15).", "number"),
    ),
    (
        Block(
            "endpoints",
            tuple(Attribute(name, "optional", "URL.") for name in ("iam", "secretsmanager", "ssm", "sts")),
            "Other endpoints than AWS's own.",
        ),
        Block(
            "assume_role",
            (
                Attribute("role_arn", "required", "Role to assume."),
                Attribute("session_name", "optional", "Role session name (`mfa-association-VERSION`)."),
                Attribute("external_id", "optional", "External id."),
                Attribute("duration", "optional", "Such as `1h`."),
                Attribute("policy", "optional", "Policy that limits the session, as JSON."),
                Attribute("policy_arns", "optional", "Managed policies that limit the session.", _TEXTS),
                Attribute("source_identity", "optional", "Source identity."),
                Attribute("tags", "optional", "Session tags.", _PAIRS),
                Attribute("transitive_tag_keys", "optional", "Keys of the tags that are passed on.", _TEXTS),
            ),
            "Roles to assume, in this order.",
        ),
    ),
)


class ArgumentFault(MfaError):
    """An argument of the provider block that cannot be used."""

    def __init__(self, key: str, rule: str) -> None:
        self.key = key
        super().__init__(f"reading the provider configuration: {key} {rule}; nothing was changed, correct the argument")


class NotKnownYet(MfaError):
    """The provider block depends on what only the apply will tell."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(
            f"asking AWS: {', '.join(keys)} of the provider configuration is not known before the apply; nothing was "
            "looked at, give a known value, or apply what it depends on first"
        )


class Connection:
    """One configured provider. A new one for each ConfigureProvider, which an engine sends once a process."""

    def __init__(self, arguments: dict[str, Any] | None = None) -> None:
        arguments = arguments or {}
        self.unknown = sorted(key for key, value in arguments.items() if _holds_unknown(value))
        self._arguments = {key: value for key, value in arguments.items() if key not in self.unknown}
        self.config: ProviderConfig = config.read(self)
        self._runs = Runs(self.config.settings, self.config.limits, Ledger(), warn, note)

    def get(self, key: str) -> Any:
        """The value of an argument; none of one that is not known yet."""
        value = self._arguments.get(key)
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def spelled(self, name: str) -> str:
        """As in the configuration."""
        return name

    def fault(self, key: str, rule: str) -> MfaError:
        """The error for an argument."""
        return ArgumentFault(key, rule)

    @property
    def defaults(self) -> dict[str, Any]:
        """What the provider says of removals, for the resources that say nothing; ``UNKNOWN`` until it is known."""
        unknown: dict[str, Any] = {key: UNKNOWN for key in USUAL if key in self.unknown}
        return {**self.config.defaults, **unknown}

    def run(self, bag: dict[str, Any]) -> Run:
        """The run of a resource. Raises ``MfaError``."""
        self._refuse()
        return self._runs.of(bag)

    def foreseeing(self, bag: dict[str, Any]) -> Run:
        """The run of a resource for looking ahead. Raises ``MfaError``."""
        self._refuse()
        return self._runs.foreseeing(bag)

    def settings(self, role_arn: str | None) -> Settings:
        """How to reach AWS for a data source. Raises ``MfaError``."""
        self._refuse()
        return self._runs.settings_of(role_arn)

    def guard(self, saved: OnLastDevice) -> OnLastDevice:
        """The guard to obey now."""
        return runs.guard(saved, warn)

    def _refuse(self) -> None:
        self.config.refuse_faults()
        if self.unknown:
            raise NotKnownYet(self.unknown)


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_unknown, value.values()))
    return any(map(_holds_unknown, value)) if isinstance(value, list) else value is UNKNOWN
