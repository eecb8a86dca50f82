"""Ctrl-C in the moments where no command runs yet."""

from __future__ import annotations

import subprocess
import sys

import pytest

INTERRUPTED_WHILE_LOADING = """
import sys

class Interrupts:
    def find_spec(self, name, *rest):
        if name == "mfa_association.cli.status":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupts())
from mfa_association.cli import main
sys.exit(main(["status"]))
"""


@pytest.mark.long
def test_while_the_command_loads_it_is_no_traceback() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHILE_LOADING], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
