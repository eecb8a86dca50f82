"""The provider's process: go-plugin's handshake, then calls until the engine says Shutdown."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mfa_association import __version__
from mfa_association.errors import MfaError
from mfa_association.terraform.shim import answer

COOKIE: Final = ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
BY_HAND: Final = (
    "This is a Terraform and OpenTofu provider (mfa-association/mfa). It is started by them: declare it in "
    "required_providers and run `terraform init`."
)


def main() -> None:
    """Serve one engine; the exit code is 1 when that could not begin. Why is the first line of stdout: it is shown."""
    if reply := answer(sys.argv[1:], __version__):
        print(reply)
        sys.exit("--version" not in sys.argv)
    if os.environ.get(COOKIE[0]) != COOKIE[1]:
        print(BY_HAND, file=sys.stderr)
        sys.exit(1)
    # A terminal sends Ctrl-C to all its processes; the engine then says what is to happen here.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    code = _serve()
    sys.stderr.flush()
    os._exit(code)  # what would be tidied up goes with the process, and the engine waits for its end


def _serve() -> int:
    from mfa_association.terraform.socket_dir import private_folder

    try:
        with private_folder() as folder:
            _run(folder)
    except (MfaError, OSError) as fault:
        from mfa_association.terraform.log import log

        log("error", str(fault))
        print(fault, flush=True)
        return 1
    return 0


def _run(folder: Path) -> None:
    from mfa_association.terraform.socket_dir import listener
    from mfa_association.terraform.tls import server_context

    asked = os.environ.get("PLUGIN_CLIENT_CERT")
    context, certificate = server_context(asked, folder) if asked else (None, "")
    listening = listener(folder / "s")
    engine = os.getppid()
    _shake_hands(folder / "s", certificate)
    # The rest is loaded while the engine connects.
    import logging

    from mfa_association.terraform.log import Log
    from mfa_association.terraform.transport.loop import Transport

    logging.basicConfig(level=logging.WARNING, handlers=[Log()])
    transport = Transport(_answer, listening, context)
    signal.signal(signal.SIGTERM, lambda *_: transport.stop())
    # An engine that was killed says no Shutdown: nobody else is to inherit a process that has its credentials.
    transport.serve(lambda: os.getppid() == engine)


def _answer() -> Callable[[str, bytes], bytes | list[bytes]]:
    from mfa_association.terraform.server import Server

    return Server().call


def _shake_hands(path: Path, certificate: str) -> None:
    """Tell the engine where to find us, then keep its pipe clean: what is printed later goes to the log."""
    print(f"1|6|unix|{path}|grpc|{certificate}", flush=True)
    os.dup2(2, 1)


if __name__ == "__main__":
    main()
