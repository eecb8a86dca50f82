"""GitLab: a note of a merge request, through python-gitlab."""
