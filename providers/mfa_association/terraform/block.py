"""The schema of the provider block."""

from __future__ import annotations

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
