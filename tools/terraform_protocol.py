"""Make the Terraform plugin protocol anew: the .proto out of HashiCorp's Go module, and its descriptor.

Usage: terraform_protocol.py [--check]   (--check only says whether the descriptor is that of the .proto; needs no Go)
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "providers" / "mfa_association" / "terraform" / "protocol"
MODULE, VERSION = "github.com/hashicorp/terraform-plugin-go", "v0.31.0"
PLACE = "tfprotov6/internal/tfplugin6/tfplugin6.proto"
COMPILER = "grpcio-tools==1.85.1"


def download() -> Path:
    """The .proto of the pinned release, from Go's module cache or proxy, verified by Go's checksum database."""
    command = ["go", "mod", "download", "-json", f"{MODULE}@{VERSION}"]
    with tempfile.TemporaryDirectory() as folder:
        told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return Path(json.loads(told.stdout)["Dir"]) / PLACE


def compiled(proto: Path) -> bytes:
    """The descriptor of the .proto and of what it imports; the compiler comes into a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        install = ["-m", "pip", "install", "--quiet", "--no-input", "--target", folder, COMPILER]
        subprocess.run([sys.executable, *install], check=True)
        output = Path(folder, "set")
        command = ["-m", "grpc_tools.protoc", f"--proto_path={proto.parent}", "--include_imports"]
        there = os.environ | {"PYTHONPATH": folder}
        subprocess.run([sys.executable, *command, f"--descriptor_set_out={output}", proto.name], env=there, check=True)
        return output.read_bytes()


def main(arguments: list[str]) -> int:
    """Write both files, or compare."""
    proto, descriptor = FOLDER / "tfplugin6.proto", FOLDER / "tfplugin6.binpb"
    if "--check" in arguments:
        same = descriptor.read_bytes() == compiled(proto)
        print(
            "The descriptor is that of the .proto." if same else "The descriptor is out of date: run without --check."
        )
        return 0 if same else 1
    shutil.copyfile(download(), proto)
    descriptor.write_bytes(compiled(proto))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
