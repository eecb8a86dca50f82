"""One folder a trick: what it does, what it takes, and what a review has to say of it."""
