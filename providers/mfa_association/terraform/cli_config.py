"""What a CLI configuration file says about where providers come from; pure but for reading it.

https://developer.hashicorp.com/terraform/cli/config/config-file, https://opentofu.org/docs/cli/config/config-file/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FILES = (".terraformrc", ".tofurc")
# A string is taken whole, so that what looks like a comment or a brace within it is none.
_STRING_OR_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|#[^\n]*|//[^\n]*|/\*.*?\*/', re.DOTALL)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}]')
_PATH = re.compile(r'\bpath\s*=\s*"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class CliConfig:
    """A file of this path; ``text`` is None where there is none."""

    path: Path
    text: str | None

    @property
    def exists(self) -> bool:
        """Whether the file is there."""
        return self.text is not None

    @property
    def replaces(self) -> bool:
        """Whether the engine looks only where the file says."""
        return bool(list(self._installation()))

    @property
    def mirrors(self) -> list[Path]:
        """The folders of its filesystem mirrors."""
        blocks = [mirror for body in self._installation() for mirror in _blocks("filesystem_mirror", body)]
        return [Path(path) for block in blocks for path in _PATH.findall(block)]

    def overrides(self, name: str) -> bool:
        """Whether a provider whose address ends with this name is taken from a developer's folder."""
        return any(f'{name}"' in block for body in self._installation() for block in _blocks("dev_overrides", body))

    def _installation(self) -> Iterator[str]:
        return _blocks("provider_installation", _STRING_OR_COMMENT.sub(r"\1", self.text or ""))


def configurations(environment: Mapping[str, str], home: Path) -> list[CliConfig]:
    """The files that engines of this user read: the one that the environment names, or those in the home folder."""
    chosen = environment.get("TF_CLI_CONFIG_FILE") or environment.get("TERRAFORM_CONFIG")
    if chosen:
        return [CliConfig(Path(chosen), _read(Path(chosen)))]
    configs = [CliConfig(home / name, _read(home / name)) for name in FILES]
    return [config for config in configs if config.exists]


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _blocks(name: str, text: str) -> Iterator[str]:
    """The bodies of the blocks, or of the objects, of this name."""
    for start in re.finditer(rf"\b{name}\s*=?\s*\{{", text):
        depth = 1
        for token in _TOKEN.finditer(text, start.end()):
            depth += {"{": 1, "}": -1}.get(token[0], 0)
            if not depth:
                yield text[start.end() : token.start()]
                break
