"""A local AWS that obeys IAM's rules for MFA devices; users, policies and roles are moto's.

Nothing here is for production: it shows codes to whoever asks, and takes any access key unless told otherwise.
"""

from .client import RemoteSandbox, Sandbox
from .journal import Call
from .seed_path import SeedFault
from .server import serve

__all__ = ["Call", "RemoteSandbox", "Sandbox", "SeedFault", "serve"]
