"""The lifecycle against the sandbox: a fresh account a test, time that is only told."""
