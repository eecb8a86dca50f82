terraform {
  required_providers {
    mfa = {
      source  = "mfa-association/mfa"
      version = "~> 0.1"
    }
  }
}

provider "mfa" {
  region              = "us-east-1"
  allowed_account_ids = ["111122223333"]
  max_removals        = 10
}
