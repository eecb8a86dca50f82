"""Which error code is which type of error.

The codes are those of botocore's service models and of AWS's common errors, and what compatible clouds answer instead.
"""

from __future__ import annotations

from typing import Final

from mfa_association.aws import errors
from mfa_association.aws.errors import AwsError

CODES: Final[dict[str, type[AwsError]]] = {
    "NoSuchEntity": errors.NoSuchEntity,
    "NoSuchEntityException": errors.NoSuchEntity,
    "ParameterNotFound": errors.SeedNotFound,
    "ParameterVersionNotFound": errors.SeedNotFound,
    "ResourceNotFoundException": errors.SeedNotFound,
    "InvalidKeyId": errors.SeedNotDecrypted,
    "DecryptionFailure": errors.SeedNotDecrypted,
    "InvalidRequestException": errors.SecretUnavailable,
    "ReportInProgress": errors.ReportInProgress,
    "ReportNotPresent": errors.NoReport,
    "ReportExpired": errors.NoReport,
    "RegionDisabledException": errors.RegionDisabled,
    "PackedPolicyTooLarge": errors.PackedPolicyTooLarge,
    "ServiceAccessNotEnabledException": errors.RootFeatureDisabled,
    "ServiceAccessNotEnabled": errors.RootFeatureDisabled,
    "OrganizationNotFoundException": errors.RootFeatureDisabled,
    "OrganizationNotInAllFeaturesModeException": errors.RootFeatureDisabled,
    "AccountNotManagementOrDelegatedAdministratorException": errors.NotAdministeringAccount,
    "EntityAlreadyExists": errors.EntityAlreadyExists,
    "EntityTemporarilyUnmodifiable": errors.EntityTemporarilyUnmodifiable,
    "ConcurrentModification": errors.ConcurrentModification,
    "LimitExceeded": errors.LimitExceeded,
    "InvalidAuthenticationCode": errors.InvalidAuthenticationCode,
    "DeleteConflict": errors.DeleteConflict,
    "InvalidInput": errors.InvalidInput,
    "InvalidAction": errors.InvalidInput,
    "ValidationError": errors.InvalidInput,
    "ValidationException": errors.InvalidInput,
    "MalformedPolicyDocument": errors.InvalidInput,
    "InvalidContextAssertion": errors.InvalidInput,
    "InvalidParameterException": errors.InvalidInput,
    "PolicyEvaluation": errors.PolicyNotEvaluated,
    "PolicyEvaluationException": errors.PolicyNotEvaluated,
    "AccessDenied": errors.AccessDenied,
    "AccessDeniedException": errors.AccessDenied,
    "Throttling": errors.Throttling,
    "ThrottlingException": errors.Throttling,
    "TooManyRequestsException": errors.Throttling,
    "ServiceFailure": errors.ServiceFailure,
    "InternalFailure": errors.ServiceFailure,
    "InternalError": errors.ServiceFailure,
    "InternalServerError": errors.ServiceFailure,
    "InternalServiceError": errors.ServiceFailure,
    "ServiceUnavailable": errors.ServiceFailure,
    "ExpiredToken": errors.ExpiredCredentials,
    "ExpiredTokenException": errors.ExpiredCredentials,
    "RequestExpired": errors.ExpiredCredentials,
    "InvalidClientTokenId": errors.BadCredentials,
    "UnrecognizedClientException": errors.BadCredentials,
    "SignatureDoesNotMatch": errors.BadCredentials,
    "IncompleteSignature": errors.BadCredentials,
    "IDPRejectedClaim": errors.IdentityTokenRefused,
    "InvalidIdentityToken": errors.IdentityTokenRefused,
    "IDPCommunicationError": errors.IdentityProviderUnreachable,
    "MissingAuthenticationToken": errors.NoCredentials,
}
