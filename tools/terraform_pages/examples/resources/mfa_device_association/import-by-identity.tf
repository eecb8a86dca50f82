import {
  to = mfa_device_association.alice
  identity = {
    serial_number = "arn:aws:iam::111122223333:mfa/alice-phone"
  }
}
