"""A stand-in for the plugin `pulumi-resource-aws`, so that programs with pulumi-aws run where the real one cannot be had.

It serves two types, `aws:iam/user:User` and `aws:iam/virtualMfaDevice:VirtualMfaDevice`, and does what
terraform-provider-aws does for them, its oddities included. It is no AWS provider: use it with the sandbox only.
"""
