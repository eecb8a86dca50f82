// Package main declares who may hold which MFA device: one association for each device of the roster.
package main

import (
	"os"

	"github.com/pulumi/pulumi-terraform-provider/sdks/go/mfa/mfa"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(declare)
}

func declare(ctx *pulumi.Context) error {
	text, err := os.ReadFile("roster.yaml")
	if err != nil {
		return err
	}
	devices, err := mfa.Roster(ctx, string(text))
	if err != nil {
		return err
	}
	for name, device := range devices {
		_, err := mfa.NewDeviceAssociation(ctx, name, &mfa.DeviceAssociationArgs{
			SerialNumber:  pulumi.String(device.SerialNumber),
			UserName:      said(device.UserName),
			RootAccountId: said(device.RootAccountId),
			OnLastDevice:  said(device.OnLastDevice),
			OnDestroy:     said(device.OnDestroy),
			RequireActive: pulumi.Bool(device.RequireActive),
			Renew:         said(device.Renew),
			SeedSource:    said(device.SeedSource),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// said is what the roster says, and nothing where it says nothing.
func said(text string) pulumi.StringPtrInput {
	if text == "" {
		return nil
	}
	return pulumi.String(text)
}
