"""Live reads of a review, on the sandbox."""
