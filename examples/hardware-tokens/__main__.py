"""Hardware tokens: handed out by a roster. A token that comes back is given to somebody else by moving its line.

Its seed is with AWS, so it is enabled with two codes that it shows, in the run that adds or moves the line:

    MFA_ASSOCIATION_CODES="GAHT12345678=123456,654321" pulumi up
"""

from mfa_association.pulumi import declare

declare("roster.yaml")
