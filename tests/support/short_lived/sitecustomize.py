"""For processes of Python that engines start for seconds, of which starting and ending are the most.

No garbage is looked for at their end, and seldom before. Pulumi's automation API, which a program and its provider import
and do not use, is loaded when it is used.
"""

import atexit
import gc
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader

gc.set_threshold(100_000, 50, 100)
atexit.register(gc.freeze)


class _Later:
    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        if name != "pulumi.automation":
            return None
        spec = PathFinder.find_spec(name, path)
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


sys.meta_path.insert(0, _Later())
