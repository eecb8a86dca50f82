data "mfa_devices" "alice" {
  user_name = "alice"
}

check "alice_has_a_second_device" {
  assert {
    condition     = length(data.mfa_devices.alice.devices) > 1
    error_message = "alice holds one device only."
  }
}
