"""A review as one comment of a pull request that is kept up to date, through PyGithub."""
