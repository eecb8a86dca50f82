"""A review as one comment that is kept up to date: what is the same on every forge. One package a forge below."""
