"""The page of figures: what is between the markers is written by a run, the rest is left alone."""

from __future__ import annotations

from pathlib import Path

from .processes import Failed

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
FRAME = f"""# Performance

AWS calls are counted and times are ratios to something that ran in the same minutes on the same machine. All figures
below come from one run of `make bench ARGS=--page`.

{BEGIN}
{END}

## Many changes at once

A file or bucket backend writes the whole state twice for each change, so the engine's time grows with the square of the
changes, whatever the provider does. For more than about 500 changes on such a backend, leave the checkpoints out:

```console
$ PULUMI_SKIP_CHECKPOINTS=true pulumi up --continue-on-error
```

The state is then written once, at the end. If the run is killed before that, its records are lost, and that does no
harm here: a create adopts what its user holds already, a delete accepts what is gone. Run it again:

```console
$ pulumi cancel --yes    # only if the killed run left its lock
$ PULUMI_SKIP_CHECKPOINTS=true pulumi up --continue-on-error
```

`tests/e2e/faults/test_checkpoints.py` kills the CLI and the provider (kill -9) in the middle of 100 adoptions and of 100
deletes, and after the rerun state and AWS agree; `MFA_ASSOCIATION_MANY=1000` does it with 1,000, which passed as well.
Other resources of the same stack may not forgive a lost record: use it for a stack of associations.

## What bounds it

| | |
|---|---|
| reads | all virtual devices of the account in pages of 1,000, once for all who ask within five minutes: [the contract](contract.md#aws-calls) |
| removals | three calls each, one after the other: each is guarded by a look of its own |
| at once | four: Pulumi's plugin process has four worker threads, a constant in `pulumi.dynamic` without a setting. More would mean another launcher in its place, or changing the SDK's private names |
| throttling | reads and writes are tried again for `mfa:retryDeadline` |
| start | the provider process loads this package only beside what Pulumi's plugin loads itself, botocore at the first call, boto3 never (`tests/test_imports.py`) |

## Who else runs

| | |
|---|---|
| no-op provider | a dynamic provider with the same inputs and outputs that answers at once: what the engine itself costs |
| bare boto3 | a script that makes one call for each association: ListMFADevices to look, DeactivateMFADevice to remove. It plans nothing, guards nothing and keeps no state |
| aws CLI in a loop | the same calls, one process each |
| terraform_data, local-exec | one resource for each association, with the aws CLI in provisioners; it cannot refresh |

AWS is the sandbox, one process for each of them, whose answers take processor time on the same cores and no way through
a network. They take turns step by step, each with a new state in a folder; a short round before warms the caches.

## Rerun

```console
$ make bench                                            # 300, beside the no-op provider and bare boto3
$ make bench ARGS="--n 1000 --rounds 3"                 # larger, and steadier
$ make bench ARGS="--n 100 --beside all"                # the aws CLI and Terraform too
$ make bench ARGS="--n 100 --limit 20"                  # throttled: 20 calls of each action a second
$ make bench ARGS="--n 5000 --no-checkpoints"           # with PULUMI_SKIP_CHECKPOINTS
$ make bench ARGS=--page                                # everything above, into this page: about 20 minutes
```
"""


def write(path: Path, figures: str, frame: str = FRAME) -> None:
    """Put figures into the page, which is made if need be. Raises ``Failed`` if its markers are gone."""
    text = path.read_text(encoding="utf-8") if path.exists() else frame
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(replaced(text, figures, path.name), encoding="utf-8")


def replaced(text: str, figures: str, name: str) -> str:
    """The text with new figures between its markers."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise Failed(f"{name} lacks the lines {BEGIN} and {END}: put them where the figures belong")
    return f"{before}{BEGIN}\n{figures.strip()}\n{END}{after}"
