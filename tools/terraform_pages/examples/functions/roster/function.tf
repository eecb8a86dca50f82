# In a local: Terraform evaluates for_each anew for every instance.
locals {
  devices = provider::mfa::roster(file("roster.yaml"))
}

resource "mfa_device_association" "device" {
  for_each = local.devices

  serial_number   = each.value.serial_number
  user_name       = each.value.user_name
  root_account_id = each.value.root_account_id
  on_last_device  = each.value.on_last_device
  on_destroy      = each.value.on_destroy
  require_active  = each.value.require_active
  renew           = each.value.renew
  seed_source     = each.value.seed_source
}
