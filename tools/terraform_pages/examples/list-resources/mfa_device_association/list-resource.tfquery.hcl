# In a file such as devices.tfquery.hcl: all devices that IAM users of the account hold.
list "mfa_device_association" "all" {
  provider = mfa
  limit    = 1000
}
