"""A model of who holds what, and thousands of random steps that the lifecycle and the sandbox must take as it does."""
