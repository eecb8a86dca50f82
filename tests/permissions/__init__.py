"""The policies of docs/permissions.md: enough for the work they are for, and not one action more."""
