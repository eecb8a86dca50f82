"""The status report as one HTML file that an auditor takes home: no network, and a browser is all it needs.

It is made from the documented form (status.schema.json) and from nothing else. Jinja escapes whatever stands in a
cell: users name themselves and their devices, and one place forgotten would be one too many. The page's own
Content-Security-Policy allows exactly its style and its script, by hash, and no network.
"""

from mfa_association.evidence.page import html

__all__ = ["html"]
