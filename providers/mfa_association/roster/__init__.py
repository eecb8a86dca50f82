"""The roster file: who may hold which MFA device. Read whole with every fault at once, changed a line at a time."""

from mfa_association.roster.editing.edit import Entry, add, remove
from mfa_association.roster.faults import EditRefused, RosterError, place
from mfa_association.roster.file import RosterFile, WriteRefused, read_file, write_file
from mfa_association.roster.json_schema import MODELINE, SCHEMA_URL, schema
from mfa_association.roster.model import Line, Roster
from mfa_association.roster.nodes import MAX_BYTES
from mfa_association.roster.parse import load, parse

__all__ = [
    "MAX_BYTES",
    "MODELINE",
    "SCHEMA_URL",
    "EditRefused",
    "Entry",
    "Line",
    "Roster",
    "RosterError",
    "RosterFile",
    "WriteRefused",
    "add",
    "load",
    "parse",
    "place",
    "read_file",
    "remove",
    "schema",
    "write_file",
]
