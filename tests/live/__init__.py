"""The conformance table and the life cycle: in the sandbox with every test run, in a real account on demand."""
