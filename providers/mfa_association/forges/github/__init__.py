"""GitHub: a comment of a pull request, through PyGithub."""
