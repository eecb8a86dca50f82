"""Pin what pyproject.toml asks for, for every Python and platform at once: requirements.txt and requirements-dev.txt.

And .github/mfa-review.txt: the same versions by hash, for the job that reviews and the Python that it runs.

Usage: lock.py [--upgrade]   (versions stay where they are while they satisfy; --upgrade takes the newest)
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PLAIN, DEVELOPMENT = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
REVIEW = ROOT / ".github" / "mfa-review.txt"
# Not a dependency of the package, but of an infra repo: what it declares users and devices with.
BESIDES = "pulumi-aws>=7,<8\n"


def compiled(extras: list[str], pinned: list[str], fixed: list[str], options: list[str]) -> list[str]:
    """Resolve the project with these extras: at the pinned versions where they satisfy, at the fixed ones always."""
    with tempfile.TemporaryDirectory() as folder:
        output, constraints = Path(folder, "output.txt"), Path(folder, "constraints.txt")
        output.write_text("\n".join(pinned))
        constraints.write_text("\n".join(fixed))
        command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.10"]
        command += ["--no-header", "--no-annotate", "--no-emit-package", "mfa-association"]
        command += ["--constraint", str(constraints), *[f"--extra={extra}" for extra in extras], *options]
        command += ["--output-file", str(output), "pyproject.toml", "-"]
        subprocess.run([sys.executable, "-m", *command], cwd=ROOT, input=BESIDES, text=True, check=True)
        return output.read_text().splitlines()


def hashed(pinned: list[str]) -> str:
    """What a review installs, by hash: all but what the program alone needs."""
    command = ["uv", "pip", "compile", "--quiet", "--no-deps", "--generate-hashes", "--only-binary", ":all:"]
    command += ["--python-version", "3.13", "--no-header", "--no-annotate", "-"]
    needed = "\n".join(line for line in pinned if line.partition("==")[0] != BESIDES.partition(">=")[0])
    return subprocess.run(
        [sys.executable, "-m", *command], input=needed, text=True, check=True, capture_output=True
    ).stdout


def split(file: Path) -> tuple[list[str], list[str]]:
    """The lines that people write (comments, -r, -e), and the pins."""
    lines = file.read_text().splitlines()
    return [line for line in lines if line[:1] in "#-"], [line for line in lines if line[:1] not in "#-"]


def main(options: list[str]) -> int:
    """Write both files anew, below the lines that people wrote."""
    (head, pins), (development_head, development_pins) = split(PLAIN), split(DEVELOPMENT)
    try:
        plain = compiled(["github"], pins, [], options)
        everything = compiled(
            ["github", "gitlab", "sandbox", "terraform", "dev"], [*plain, *development_pins], plain, options
        )
        review = hashed(plain)
    except subprocess.CalledProcessError as failure:
        return failure.returncode
    PLAIN.write_text("\n".join([*head, *plain]) + "\n")
    REVIEW.write_text(review)
    besides = [line for line in everything if line not in plain]
    DEVELOPMENT.write_text("\n".join([*development_head, *besides]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
