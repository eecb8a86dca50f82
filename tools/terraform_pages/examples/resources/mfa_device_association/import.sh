terraform import mfa_device_association.alice arn:aws:iam::111122223333:mfa/alice-phone
terraform import mfa_device_association.alice alice/GAHT12345678
