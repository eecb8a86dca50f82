"""Root users of member accounts: their devices are adopted and, when a line goes, deactivated through AssumeRoot.

Root registers its devices itself, in the console. To take root out of an account, delete its password and access keys
first and its line here after them.
"""

from mfa_association.pulumi import declare

declare("roster.yaml")
