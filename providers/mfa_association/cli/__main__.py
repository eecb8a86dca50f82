"""``python -m mfa_association.cli``."""

import sys

from mfa_association.cli import main

sys.exit(main())
