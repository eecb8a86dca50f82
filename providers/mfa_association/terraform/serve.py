"""The provider's process: go-plugin's handshake, then calls until the engine says Shutdown."""

from __future__ import annotations

import asyncio
import logging
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
PARENT_SECONDS: Final = 1.0
BY_HAND: Final = (
    "This is a Terraform and OpenTofu provider (mfa-association/mfa). It is started by them: declare it in "
    "required_providers and run `terraform init`."
)


def main() -> None:
    """Serve one engine; the exit code is 1 when that could not begin. Why is the first line of stdout: it is shown."""
    if told := answer(sys.argv[1:], __version__):
        print(told)
        sys.exit("--version" not in sys.argv)
    if os.environ.get(COOKIE[0]) != COOKIE[1]:
        print(BY_HAND, file=sys.stderr)
        sys.exit(1)
    # A terminal sends Ctrl-C to all its processes; the engine then says what is to happen here.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = _serve()
    sys.stderr.flush()
    os._exit(code)  # what would be tidied up goes with the process, and the engine waits for its end


def _serve() -> int:
    from mfa_association.terraform.log import Log, log
    from mfa_association.terraform.place import private_folder

    logging.basicConfig(level=logging.WARNING, handlers=[Log()])
    try:
        with private_folder() as folder:
            asyncio.run(_run(folder))
    except (MfaError, OSError) as fault:
        log("error", str(fault))
        print(fault, flush=True)
        return 1
    return 0


async def _run(folder: Path) -> None:
    from mfa_association.terraform.tls import server_context
    from mfa_association.terraform.transport import Transport

    asked = os.environ.get("PLUGIN_CLIENT_CERT")
    context, certificate = server_context(asked, folder) if asked else (None, "")
    transport = Transport(_answer)
    await transport.listen(folder / "s", context)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, transport.stop)
    watch = asyncio.create_task(_stop_without(os.getppid(), transport.stop))
    _shake_hands(folder / "s", certificate)
    transport.load()
    await transport.until_over()
    watch.cancel()


def _answer() -> Callable[[str, bytes], bytes]:
    from mfa_association.terraform.server import Server

    return Server().call


async def _stop_without(engine: int, stop: Callable[[], None]) -> None:
    """An engine that was killed says no Shutdown: nobody else is to inherit a process that has its credentials."""
    while os.getppid() == engine:
        await asyncio.sleep(PARENT_SECONDS)
    stop()


def _shake_hands(path: Path, certificate: str) -> None:
    """Tell the engine where to find us, then keep its pipe clean: what is printed later goes to the log."""
    print(f"1|6|unix|{path}|grpc|{certificate}", flush=True)
    os.dup2(2, 1)


if __name__ == "__main__":
    main()
