"""The provider as a real engine starts it, through the shim that `mfa-association terraform install` writes."""

import pytest

pytest.register_assert_rewrite(f"{__name__}.project")
