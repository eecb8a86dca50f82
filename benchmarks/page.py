"""The page of figures: what is between the markers is written by a run, the rest is left alone."""

from __future__ import annotations

from pathlib import Path

from .processes import Failed

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
FRAME = f"""# Performance

What the provider costs is told as counts of AWS calls, and as ratios to a floor that ran in the same minutes on the same
machine. All figures below come from one run of `make bench`.

## Rerun

```
make bench                                  # prints the tables
make bench ARGS="--n 1000 --rounds 5"       # larger, and steadier
make bench ARGS=--write                     # prints them and puts them into this page
```

## The floors

- **no-op provider**: a Pulumi dynamic provider with the same inputs and outputs that makes no call and answers at once
  (`benchmarks/floor.py`). It costs what the engine itself costs: starting, planning, talking to a plugin, saving state.
- **bare boto3**: a script that makes one call for each association, one after the other (`benchmarks/bare.py`):
  ListMFADevices where the provider looks, DeactivateMFADevice where it removes. It plans nothing, guards nothing and keeps no state.

AWS is the sandbox, one process for each of the three. Its answers take processor time, on the same cores, and no way
through a network. The pairs take turns step by step, each on new stacks with a file backend; a short round before warms the caches.
A figure beyond its bound is marked in its row.

## Figures

{BEGIN}
{END}
"""


def write(path: Path, figures: str) -> None:
    """Put figures into the page, which is made if need be. Raises ``Failed`` if its markers are gone."""
    text = path.read_text(encoding="utf-8") if path.exists() else FRAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(replaced(text, figures, path.name), encoding="utf-8")


def replaced(text: str, figures: str, name: str) -> str:
    """The text with new figures between its markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise Failed(f"{name} lacks the lines {BEGIN} and {END}: put them where the figures belong")
    return f"{before}{BEGIN}\n{figures.strip()}\n{END}{after}"
