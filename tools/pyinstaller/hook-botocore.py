"""Of botocore's data, only the services that the provider calls: 1 MB of 28. See aws/ for who they are."""

from PyInstaller.utils.hooks import collect_data_files  # type: ignore[import-untyped]

SERVICES = ("iam", "secretsmanager", "ssm", "sso", "sso-oidc", "sts")
"""The last but one are asked by the credentials of an SSO profile."""

datas = collect_data_files("botocore", includes=["*.pem", "data/*.json", *(f"data/{name}/**" for name in SERVICES)])
