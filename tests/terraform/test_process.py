"""The provider as a process of its own: its handshake, who may talk to it, and how it ends."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import shutil
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from grpclib.client import Channel, UnaryUnaryMethod
from grpclib.config import Configuration
from grpclib.const import Status
from grpclib.encoding.base import CodecBase
from grpclib.exceptions import GRPCError, StreamTerminatedError

from mfa_association.terraform import protocol
from mfa_association.terraform.diagnostics import note
from mfa_association.terraform.log import Log
from mfa_association.terraform.serve import BY_HAND, COOKIE
from mfa_association.terraform.transport.loop import SHUTDOWN

COMMAND = [sys.executable, "-m", "mfa_association.terraform.serve"]
SCHEMA = "/tfplugin6.Provider/GetProviderSchema"

pytestmark = pytest.mark.long


class Bytes(CodecBase):
    """Messages that are bytes already."""

    __content_subtype__ = "proto"

    def encode(self, message: Any, message_type: Any) -> bytes:
        return bytes(message)

    def decode(self, data: bytes, message_type: Any) -> bytes:
        return data


@dataclass(frozen=True)
class Engine:
    """An engine's certificate (P-521, as Terraform's), and its key."""

    certificate: str
    key: str


def an_engine() -> Engine:
    key = ec.generate_private_key(ec.SECP521R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA512())
    )
    plain, pem = serialization.NoEncryption(), serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    return Engine(certificate.public_bytes(pem).decode(), private.decode())


@dataclass(frozen=True)
class Running:
    """A provider that shook hands."""

    process: subprocess.Popen[bytes]
    path: Path
    certificate: bytes

    def context(self, folder: Path, engine: Engine | None) -> ssl.SSLContext:
        """What a client trusts and shows; None: it shows nothing."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(self.certificate))
        context.set_alpn_protocols(["h2"])
        if engine:
            pem = folder / "engine.pem"
            pem.write_text(engine.key + engine.certificate)
            context.load_cert_chain(pem)
        return context

    def call(self, context: ssl.SSLContext | None, method: str = SCHEMA, data: bytes = b"") -> bytes:
        """Make one call."""

        async def made() -> bytes:
            named = Configuration(ssl_target_name_override="localhost")
            channel = Channel(path=str(self.path), ssl=context, codec=Bytes(), config=named)
            try:
                return bytes(await asyncio.wait_for(UnaryUnaryMethod(channel, method, bytes, bytes)(data), 20))
            finally:
                channel.close()

        # In a thread: asyncio.run leaves the main one without the loop that Pulumi's tests expect there.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, made()).result()


@pytest.fixture(scope="module")
def engine() -> Engine:
    return an_engine()


@contextmanager
def running(engine: Engine | None, **environment: str) -> Iterator[Running]:
    """A provider as an engine starts it; killed in the end if it is still there."""
    usual = {"PLUGIN_CLIENT_CERT": engine.certificate if engine else "", COOKIE[0]: COOKIE[1]}
    pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(COMMAND, env={**os.environ, **usual, **environment}, start_new_session=True, **pipes)
    try:
        assert process.stdout
        line = process.stdout.readline().decode().strip()
        core, version, network, path, kind, certificate = line.split("|")
        assert (core, version, network, kind) == ("1", "6", "unix", "grpc")
        yield Running(process, Path(path), base64.b64decode(certificate + "=" * (-len(certificate) % 4)))
    finally:
        process.kill()
        process.communicate()


def test_who_starts_it_by_hand_reads_what_it_is() -> None:
    done = subprocess.run(COMMAND, capture_output=True, text=True, env={**os.environ, COOKIE[0]: ""})
    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", BY_HAND)


def test_an_engine_that_shows_its_certificate_is_answered(engine: Engine, tmp_path: Path) -> None:
    with running(engine) as provider:
        answer = provider.call(provider.context(tmp_path, engine))
    schema = protocol.method("GetProviderSchema").response.FromString(answer)
    assert "mfa_device_association" in schema.resource_schemas


@pytest.mark.parametrize("reason", ["no certificate", "a foreign certificate", "in the clear"])
def test_nobody_else_is_answered(engine: Engine, tmp_path: Path, reason: str) -> None:
    with running(engine) as provider:
        shown = an_engine() if reason.startswith("a foreign") else None
        context = None if reason == "in the clear" else provider.context(tmp_path, shown)
        with pytest.raises((OSError, StreamTerminatedError)):
            provider.call(context)
        assert provider.call(provider.context(tmp_path, engine)), "who may is answered still"


def test_the_socket_is_the_users_own_and_the_key_is_nowhere(engine: Engine) -> None:
    with running(engine) as provider:
        folder = provider.path.parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert [one.name for one in folder.iterdir()] == [provider.path.name]


def test_every_process_has_a_certificate_of_its_own(engine: Engine) -> None:
    with running(engine) as one, running(engine) as other:
        assert one.certificate != other.certificate


def test_without_automatic_tls_the_certificate_is_empty() -> None:
    """TF_DISABLE_PLUGIN_TLS: engines that get anything else there break."""
    with running(None) as provider:
        assert provider.certificate == b"" and provider.call(None)


@pytest.mark.parametrize("method", ["/tfplugin6.Provider/OfTheFuture", "/plugin.GRPCBroker/StartStream",
                                    "/tfplugin6.Provider/MoveResourceState", "/tfplugin6.Provider/InvokeAction"])  # fmt: skip
def test_what_is_not_known_is_unimplemented_and_the_provider_lives(engine: Engine, tmp_path: Path, method: str) -> None:
    """The trailers need a content-type, without which grpc-go takes the whole provider for broken."""
    with running(engine) as provider:
        context = provider.context(tmp_path, engine)
        with pytest.raises(GRPCError) as caught:
            provider.call(context, method)
        assert caught.value.status is Status.UNIMPLEMENTED
        assert provider.call(context)


def test_shutdown_ends_it_and_leaves_nothing_behind(engine: Engine, tmp_path: Path) -> None:
    with running(engine) as provider:
        provider.call(provider.context(tmp_path, engine), SHUTDOWN)
        assert provider.process.wait(10) == 0
        assert not provider.path.parent.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals(engine: Engine, tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C goes to the whole process group, and is the engine's to answer; SIGTERM ends it in good order."""
    with running(engine) as provider:
        os.killpg(provider.process.pid, number)
        if number is signal.SIGINT:
            provider.call(provider.context(tmp_path, engine), "/tfplugin6.Provider/StopProvider")
            assert provider.call(provider.context(tmp_path, engine)), "advice to stop does not end it"
        else:
            assert provider.process.wait(10) == 0
            assert not provider.path.parent.exists()


@pytest.mark.parametrize(
    "reason, prepare",
    [
        ("a TMPDIR too long for a socket", lambda folder: {"TMPDIR": str(_made(folder / ("d" * 100)))}),
        ("a TMPDIR that is not there", lambda folder: {"TMPDIR": str(folder / "none")}),
        ("a HOME that is not there", lambda folder: {"HOME": str(folder / "none")}),
        ("a HOME that cannot be written to", lambda folder: {"HOME": str(_made(folder / "home", 0o500))}),
    ],
)
def test_odd_surroundings(
    engine: Engine, tmp_path: Path, reason: str, prepare: Callable[[Path], dict[str, str]]
) -> None:
    environment = prepare(tmp_path)
    with running(engine, **environment) as provider:
        assert len(str(provider.path).encode()) < 104, reason
        assert provider.call(provider.context(tmp_path, engine))


def _made(folder: Path, mode: int = 0o700) -> Path:
    folder.mkdir(mode=mode)
    return folder


def test_a_certificate_that_is_none_is_one_sentence() -> None:
    environment = {**os.environ, COOKIE[0]: COOKIE[1], "PLUGIN_CLIENT_CERT": "none"}
    done = subprocess.run(COMMAND, capture_output=True, text=True, env=environment, timeout=30)
    assert done.returncode == 1
    assert done.stdout.startswith("reading the engine's certificate (PLUGIN_CLIENT_CERT): "), "shown by the engine"
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_what_is_logged_is_a_line_of_the_engines_log(capfd: pytest.CaptureFixture[str]) -> None:
    record = logging.LogRecord(
        "botocore.x", logging.WARNING, "x.py", 1, "failed %s", ("once",), (ValueError, ValueError(), None)
    )
    Log().handle(record)
    note("a note")
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [(one["@level"], one["@message"]) for one in lines] == [("warn", "failed once"), ("info", "a note")]
    assert lines[0]["logger"] == "botocore.x" and all(one["@module"] == "mfa" for one in lines)


BEFORE = """
import sys
from mfa_association.terraform import serve

serve._shake_hands = lambda path, certificate: sys.exit(bool(certificate) - 1)
serve._serve()
"""
AFTER = """
from mfa_association.terraform.transport import loop, peer
from mfa_association.terraform.server import Server

[Server().call(name, b"") for name in ("GetProviderSchema", "ValidateProviderConfig")]
"""


def _loaded(program: str, **environment: str) -> set[str]:
    ending = "import atexit, sys; atexit.register(lambda: print(*(name.partition('.')[0] for name in sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", ending + program],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_what_is_loaded_before_the_handshake(engine: Engine) -> None:
    """An engine starts the provider several times a command, and each time it waits for this."""
    loaded = _loaded(BEFORE, PLUGIN_CLIENT_CERT=engine.certificate)
    assert {"cryptography", "ssl"} <= loaded
    assert not loaded & {
        "asyncio",
        "concurrent",
        "dataclasses",
        "google",
        "h2",
        "json",
        "logging",
        "msgpack",
        "tempfile",
    }


def test_what_a_start_loads() -> None:
    """The schema and the checks need neither AWS's SDK nor Pulumi nor another gRPC."""
    loaded = _loaded(AFTER)
    assert {"google", "h2", "msgpack"} <= loaded
    assert not loaded & {
        "asyncio",
        "boto3",
        "botocore",
        "pulumi",
        "grpc",
        "grpclib",
        "moto",
        "rich",
        "yaml",
        "segno",
    }


# Under Terraform


def test_terraform_starts_it_and_ends_it(terraform: Path, tmp_path: Path) -> None:
    """As installed: with mutual TLS, found by dev_overrides; afterwards neither process nor socket is left."""
    scripts, home = tmp_path / "bin", tmp_path / "tmp"
    scripts.mkdir()
    home.mkdir()
    script = scripts / "terraform-provider-mfa"
    script.write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/pids\nexec {' '.join(COMMAND)}\n")
    script.chmod(0o755)
    overrides = f'provider_installation {{\n  dev_overrides {{\n    "mfa-association/mfa" = "{scripts}"\n  }}\n}}\n'
    (tmp_path / "rc").write_text(overrides)
    (tmp_path / "main.tf").write_text(
        'terraform {\n  required_providers {\n    mfa = {\n      source = "mfa-association/mfa"\n    }\n  }\n}\n'
        'resource "mfa_device_association" "a" {\n  user_name = "alice"\n'
        '  serial_number = "arn:aws:iam::111122223333:mfa/alice-phone"\n}\n'
    )
    environment = {
        **os.environ,
        "TF_CLI_CONFIG_FILE": str(tmp_path / "rc"),
        "TMPDIR": str(home),
        "CHECKPOINT_DISABLE": "1",
    }
    done = subprocess.run(
        [terraform, "plan"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 to add" in done.stdout
    started = (tmp_path / "pids").read_text().split()
    assert started and not [pid for pid in started if Path(f"/proc/{pid}").exists()]
    assert not list(home.glob("mfa-*"))


def test_an_engine_that_was_killed_leaves_no_provider(engine: Engine, tmp_path: Path) -> None:
    program = (
        "import subprocess, sys; child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE);"
        "print(child.pid, child.stdout.readline().decode(), flush=True); child.wait()"
    )
    environment = {
        **os.environ,
        COOKIE[0]: COOKIE[1],
        "PLUGIN_CLIENT_CERT": engine.certificate,
        "TMPDIR": str(tmp_path),
    }
    parent = subprocess.Popen([sys.executable, "-c", program, *COMMAND], stdout=subprocess.PIPE, env=environment)
    assert parent.stdout
    pid = int(parent.stdout.readline().split()[0])
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}/cmdline").exists() and _is_alive(pid):
        assert time.monotonic() < deadline, "the provider outlives its engine"
        time.sleep(0.05)
    assert not list(tmp_path.glob("mfa-*"))


def _is_alive(pid: int) -> bool:
    """Whether it is more than an entry that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_provider_that_was_killed_serves_nobody(engine: Engine) -> None:
    with running(engine) as provider:
        provider.process.kill()
        assert provider.process.wait(10) == -signal.SIGKILL
        with socket.socket(socket.AF_UNIX) as client, pytest.raises(ConnectionRefusedError):
            client.connect(str(provider.path))
        shutil.rmtree(provider.path.parent)
