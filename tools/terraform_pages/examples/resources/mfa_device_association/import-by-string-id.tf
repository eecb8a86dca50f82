import {
  to = mfa_device_association.alice
  id = "alice/GAHT12345678"
}
