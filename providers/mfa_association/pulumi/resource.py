"""The resource that a program declares.

Its annotations are evaluated once, here: Pulumi asks for them at each resource, and text would be evaluated each time.
"""

from pulumi import Alias, Input, Output, ResourceOptions
from pulumi.dynamic import Resource

from mfa_association.fields import BY_NAME, FOUND, SECRETS
from mfa_association.pulumi.program import refuse_delete_before_replace, warn_if_declared_twice
from mfa_association.pulumi.provider import Provider
from mfa_association.tokens import PULUMI_ANY_TYPE, PULUMI_MODULE, PULUMI_NAME
from mfa_association.validation import OnDestroy, OnLastDevice


class MfaDeviceAssociation(Resource, module=PULUMI_MODULE, name=PULUMI_NAME):
    """An IAM user may hold an MFA device; when this resource goes, the device is deactivated.

    The id is the serial number. A new ``serial_number`` replaces the resource, the new one first; a new ``user_name``
    moves the device in place.

    :param name: the resource's name; name it after the device, such as ``mfa/alice-phone``.
    :param user_name: the IAM user who may hold the device; or
    :param root_account_id: the account whose root user may hold it (through AssumeRoot; read and deactivate only).
    :param serial_number: the ARN of a virtual device, security key or passkey, or the serial of a hardware token.
    :param authentication_code_1: with ``authentication_code_2`` two consecutive codes, the older first, that enable a
        device which its user does not hold yet. Used once; a secret in state, never an output.
    :param seed: instead of codes: the base32 seed, such as ``aws.iam.VirtualMfaDevice``'s ``base32_string_seed``. A
        secret in state, never an output. For service and test users.
    :param seed_source: instead of codes: where the seed is kept (``env:NAME``, ``file:PATH``, ``ssm:/path``,
        ``secretsmanager:ID[#key]``), which keeps it out of the state.
    :param renew: any text; a new value with codes or a seed enables an inactive device or resyncs an active one.
    :param require_active: fail the create when the user does not hold the device, instead of recording it.
    :param on_last_device: ``refuse``, ``warn`` or ``allow`` removing the user's last device; unset: the stack's
        ``mfa:onLastDevice``, else ``warn``.
    :param on_destroy: ``delete-virtual-device`` deletes the virtual device too when the resource goes; unset: the stack's
        ``mfa:onDestroy``, else ``keep``.
    :param role_arn: a role to assume for this resource, for programs that span accounts.
    """

    user_name: Output[str | None]
    root_account_id: Output[str | None]
    serial_number: Output[str]
    seed_source: Output[str | None]
    renew: Output[str | None]
    require_active: Output[bool | None]
    on_last_device: Output[str | None]
    on_destroy: Output[str | None]
    role_arn: Output[str | None]
    active: Output[bool]
    device_kind: Output[str]
    enable_date: Output[str | None]
    account_id: Output[str]
    user_id: Output[str | None]

    def __init_subclass__(cls, **_: str) -> None:
        """A subclass is the same to Pulumi: with a type of its own, nothing that reads a state or preview would see it."""
        super().__init_subclass__(module=PULUMI_MODULE, name=PULUMI_NAME)

    def __init__(
        self,
        name: str,
        *,
        serial_number: Input[str],
        user_name: Input[str] | None = None,
        root_account_id: Input[str] | None = None,
        authentication_code_1: Input[str] | None = None,
        authentication_code_2: Input[str] | None = None,
        seed: Input[str] | None = None,
        seed_source: Input[str] | None = None,
        renew: Input[str] | None = None,
        require_active: Input[bool] = False,
        on_last_device: Input[OnLastDevice] | None = None,
        on_destroy: Input[OnDestroy] | None = None,
        role_arn: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        arguments = locals()  # by their names, so that no input is listed here once more
        if root_account_id is None:
            refuse_delete_before_replace(name, opts)
        if isinstance(serial_number, str):
            warn_if_declared_twice(name, serial_number)
        given = {key: None if arguments[key] is False else arguments[key] for key in BY_NAME}
        plain = {key: value for key, value in given.items() if key not in SECRETS}
        hidden = {key: Output.secret(given[key]) for key in SECRETS if given[key] is not None}
        outputs = dict.fromkeys(FOUND)
        if type(self) is not MfaDeviceAssociation:  # records of a subclass that had the type of any dynamic resource
            former = ResourceOptions(aliases=[Alias(type_=PULUMI_ANY_TYPE)])
            opts = ResourceOptions.merge(opts, former)
        super().__init__(Provider(), name, {**plain, **hidden, **outputs}, opts)
