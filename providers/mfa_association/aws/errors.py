"""Every error of every AWS call of ours as a type, with a sentence and advice of its own.

AWS's own text is kept at the end of the sentence. Which code is which type: aws/codes.py.
"""

from __future__ import annotations

from typing import ClassVar

from mfa_association.aws.sentences import SENTENCES
from mfa_association.errors import MfaError, Setting, Words
from mfa_association.text import on_one_line


class AwsError(MfaError):
    """A call to AWS failed with an error code that this version does not know.

    The sentence: ``action``, cause, advice, and AWS's own words.
    ``retryable``: the same call may succeed later. ``unclear``: the call may have taken effect all the same.
    """

    cause: ClassVar[str] = "AWS answered with an error this version does not know"
    advice: ClassVar[Words] = "see AWS's message"
    retryable: ClassVar[bool] = False
    unclear: ClassVar[bool] = False

    def __init__(self, action: str, operation: str, said: str, note: str = "") -> None:
        self.action, self.operation, self.said, self.note = action, operation, said, note
        cause, advice = SENTENCES.get((operation, type(self).__name__), (self.cause, self.advice))
        super().__init__(f"{action}: {cause}{note}; ", advice, f" (AWS: {on_one_line(said)})" if said else "")

    def with_note(self, note: str) -> AwsError:
        """The same error with ``note`` behind its cause, such as for how long it was tried."""
        return type(self)(self.action, self.operation, self.said, f"{self.note}, {note}")


class NoSuchEntity(AwsError):
    """IAM knows no such user or device, or the device is not this user's."""

    cause, advice = "IAM knows no such user or device", "check both names and the account"


class EntityAlreadyExists(AwsError):
    """The device is held already, by this user or by another."""

    cause = "the device is in use already"
    advice = "deactivate it for its present holder first"


class EntityTemporarilyUnmodifiable(AwsError):
    """A user was deleted and just created again under the same name."""

    cause = "the user was deleted and created again moments ago, and IAM does not let it be changed yet"
    advice = "wait some minutes and run again"
    retryable = True


class ConcurrentModification(AwsError):
    """Somebody else is changing the same user or device."""

    cause = "somebody else is changing the same user or device"
    advice = "wait some minutes and run again"
    retryable = True


class LimitExceeded(AwsError):
    """A quota of IAM is used up."""

    cause, advice = "a quota of the account is used up", "raise the quota, or delete what you do not need"


class InvalidAuthenticationCode(AwsError):
    """The two codes are wrong, stale, used already or not consecutive."""

    cause = "IAM did not accept the two codes"
    advice = "give two consecutive codes, the older one first, that were never used before"


class DeleteConflict(AwsError):
    """The virtual device is to be deleted, and somebody registered it again."""

    cause, advice = "the device is held by a user again", "deactivate it first"


class InvalidInput(AwsError):
    """IAM refused a value of a call."""

    cause, advice = "IAM refused a value", "correct the value that AWS names"


class BadSettings(AwsError):
    """A region, endpoint or file of the AWS configuration cannot be used. Nothing was sent."""

    cause = "the AWS configuration cannot be used"
    advice = "correct the region, endpoint or file that is named"


class RegionDisabled(BadSettings):
    """STS is not active in this region for this account."""

    cause = "STS is not activated in this region for the account"
    advice = "use another region, or activate STS there in the account settings of IAM"


class PackedPolicyTooLarge(BadSettings):
    """The session policy and tags of a role are too long."""

    cause, advice = "the session policy and tags given for the role are too long together", "shorten them"


class SeedNotFound(AwsError):
    """There is no such SSM parameter or secret."""

    cause, advice = "there is no such parameter or secret", "correct seed_source"


class SeedNotDecrypted(AwsError):
    """KMS could not decrypt the SSM parameter or secret."""

    cause = "AWS could not decrypt it"
    advice = "check that its KMS key exists and is enabled, and allow kms:Decrypt on it"


class SecretUnavailable(AwsError):
    """Secrets Manager does not return the secret."""

    cause = "Secrets Manager refuses to return this secret, perhaps because it is scheduled for deletion"
    advice = "restore it, or correct seed_source"


class ReportInProgress(AwsError):
    """IAM is still writing the credential report."""

    cause, advice = "IAM has not finished the credential report", "run again in a minute"
    retryable = True


class NoReport(AwsError):
    """There is no credential report, or an old one."""

    cause, advice = "there is no current credential report", "run again, and IAM makes a new one"


class AccessDenied(AwsError):
    """The credentials in use lack a permission."""

    cause = "the credentials in use are not allowed to do this"
    advice = "allow the action that AWS names on that resource"


class PolicyNotEvaluated(AwsError):
    """IAM could not simulate a policy."""

    cause = "IAM could not evaluate a policy of the principal"
    advice = "correct the policy that AWS names"


class RootFeatureDisabled(AwsError):
    """Central management of root credentials is not enabled in the organization."""

    cause = "the organization does not manage root credentials centrally"
    advice = "enable it with EnableOrganizationsRootCredentialsManagement in the management account"


class NotAdministeringAccount(AwsError):
    """The account does not administer root users of its organization."""

    cause = "the credentials belong to an account that does not administer its organization"
    advice = "use credentials of the management account, or of a delegated administrator for IAM"


class Throttling(AwsError):
    """There are too many calls a second in this account."""

    cause = "AWS is throttling calls in this account"
    advice = "run again later, or with less parallelism"
    retryable = True


class ServiceFailure(AwsError):
    """AWS itself failed. The call may have taken effect."""

    cause, advice = "AWS had an internal failure", "run again later"
    retryable = unclear = True


class BadCredentials(AwsError):
    """The credentials in use are not valid, for example because they were deleted."""

    fails_everything = True
    cause = "AWS does not accept the credentials in use"
    advice: ClassVar[Words] = "sign in again, or correct the profile, keys or role"

    @property
    def in_short(self) -> str:
        """The action and the cause; the advice stands above."""
        return f"{self.action}: {self.cause}, as above; the state was kept"


class NoCredentials(BadCredentials):
    """There are no credentials at all, or their source fails."""

    cause = "no usable AWS credentials were found"
    advice: ClassVar[Words] = ("set ", Setting("profile"), ", sign in, or export AWS credentials")


class MfaCodeNeeded(NoCredentials):
    """The profile asks for an MFA code, and there is nobody to type it."""

    cause = "the profile asks for an MFA code (mfa_serial)"
    advice = "get a session first (aws sts get-session-token) and export its keys"


class IdentityTokenRefused(BadCredentials):
    """STS refuses the web identity token, such as a pipeline's."""

    cause = "AWS does not accept the web identity token"
    advice = "check the role's trust policy and its identity provider in IAM; the token may also have expired"


class IdentityProviderUnreachable(BadCredentials):
    """STS cannot reach the provider that must confirm a web identity token."""

    cause = "AWS cannot reach the identity provider of the web identity token"
    advice = "run again later"
    retryable = True


class ExpiredCredentials(BadCredentials):
    """The session token has expired."""

    cause, advice = "the AWS session has expired", "sign in again and rerun"


class Unreachable(AwsError):
    """No connection could be made. Nothing was sent."""

    cause = "the AWS endpoint cannot be reached"
    advice = ("check the network, the proxy and ", Setting("endpoints"))
    retryable = True


class LostAnswer(AwsError):
    """The call was sent but its answer never came, or came broken."""

    cause = "AWS's answer was lost, so whether the call took effect is unknown"
    advice = "run again: the current state is read before anything is repeated"
    retryable = unclear = True
