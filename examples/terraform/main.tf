terraform {
  required_version = ">= 1.8"
  required_providers {
    mfa = {
      source  = "mfa-association/mfa"
      version = "~> 0.1.0"
    }
  }
}

provider "mfa" {
  region              = "us-east-1"
  allowed_account_ids = ["111122223333"]
  # A truncated roster does not strip a company: more removals in one run fail.
  max_removals = 10
}

locals {
  devices = provider::mfa::roster(file("${path.module}/roster.yaml"))
}

resource "mfa_device_association" "device" {
  for_each = local.devices

  # All that a roster can say: what is left out here, it says in vain.
  serial_number   = each.value.serial_number
  user_name       = each.value.user_name
  root_account_id = each.value.root_account_id
  on_last_device  = each.value.on_last_device
  on_destroy      = each.value.on_destroy
  require_active  = each.value.require_active
  renew           = each.value.renew
  seed_source     = each.value.seed_source
}
