"""The roster file: who may hold which MFA device. Read whole with every fault at once, changed a line at a time."""

from mfa_association.roster.editing.edit import Entry, add, remove
from mfa_association.roster.faults import EditRefused, RosterError
from mfa_association.roster.file import RosterFile, WriteRefused, read_file, write_file
from mfa_association.roster.nodes import MAX_BYTES
from mfa_association.roster.parse import Line, Roster, load, parse

__all__ = [
    "MAX_BYTES",
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
    "read_file",
    "remove",
    "write_file",
]
