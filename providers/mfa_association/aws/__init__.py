"""AWS as this project uses it: one session per account, the IAM verbs, and what their errors mean."""
