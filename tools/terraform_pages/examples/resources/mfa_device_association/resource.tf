# alice holds the device already, or will register it herself: it is adopted.
resource "mfa_device_association" "alice" {
  user_name      = "alice"
  serial_number  = "arn:aws:iam::111122223333:mfa/alice-phone"
  on_last_device = "refuse"

  lifecycle {
    create_before_destroy = true
  }
}

# Enabled from code. Codes live for about a minute: terraform apply -var code_1=… -var code_2=…
variable "code_1" {
  type      = string
  ephemeral = true
  default   = null
}

variable "code_2" {
  type      = string
  ephemeral = true
  default   = null
}

resource "mfa_device_association" "bob" {
  user_name                = "bob"
  serial_number            = "GAHT12345678"
  authentication_code_1_wo = var.code_1
  authentication_code_2_wo = var.code_2
  renew                    = "1"
}
