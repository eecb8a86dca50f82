"""The Terraform provider in Pulumi: YAML, TypeScript, Go and the SDKs of the rest."""
