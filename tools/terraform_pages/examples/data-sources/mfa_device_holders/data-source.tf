data "mfa_device_holders" "all" {}

output "tokens" {
  value = [
    for holder in data.mfa_device_holders.all.holders : holder.user_name
    if anytrue([for device in holder.devices : device.device_kind == "hardware"])
  ]
}
