// A provider in Go that does nothing: what an engine and HashiCorp's own SDK take for a resource of the same arguments.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const resource = "idle_association"

var (
	given    = []string{"user_name", "serial_number"}
	optional = []string{
		"authentication_code_1_wo", "authentication_code_2_wo", "on_destroy", "on_last_device", "renew",
		"require_active", "role_arn", "root_account_id", "seed_source", "seed_wo",
	}
	computed = []string{"id", "account_id", "active", "device_kind", "enable_date", "user_id"}
	schema   = makeSchema()
	kind     = schema.ValueType().(tftypes.Object)
)

func makeSchema() *tfprotov6.Schema {
	block := &tfprotov6.SchemaBlock{}
	for _, name := range given {
		block.Attributes = append(block.Attributes, &tfprotov6.SchemaAttribute{Name: name, Type: tftypes.String, Required: true})
	}
	for _, name := range optional {
		block.Attributes = append(block.Attributes, &tfprotov6.SchemaAttribute{Name: name, Type: tftypes.String, Optional: true})
	}
	for _, name := range computed {
		block.Attributes = append(block.Attributes, &tfprotov6.SchemaAttribute{Name: name, Type: tftypes.String, Computed: true})
	}
	return &tfprotov6.Schema{Block: block}
}

// The calls that a plan and an apply make; any other would be a crash that fails the benchmark.
type provider struct{ tfprotov6.ProviderServer }

func (provider) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	return &tfprotov6.GetMetadataResponse{Resources: []tfprotov6.ResourceMetadata{{TypeName: resource}}}, nil
}

func (provider) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return &tfprotov6.GetProviderSchemaResponse{
		ServerCapabilities: &tfprotov6.ServerCapabilities{GetProviderSchemaOptional: true},
		Provider:           &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{}},
		ResourceSchemas:    map[string]*tfprotov6.Schema{resource: schema},
	}, nil
}

func (provider) ValidateProviderConfig(_ context.Context, asked *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: asked.Config}, nil
}

func (provider) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (provider) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (provider) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (provider) UpgradeResourceState(_ context.Context, asked *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	found, err := asked.RawState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(kind, found)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

func (provider) ReadResource(_ context.Context, asked *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: asked.CurrentState}, nil
}

func (provider) PlanResourceChange(_ context.Context, asked *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	prior, err := asked.PriorState.Unmarshal(kind)
	if err != nil || !prior.IsNull() {
		return &tfprotov6.PlanResourceChangeResponse{PlannedState: asked.PriorState}, err
	}
	wanted, err := asked.ProposedNewState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	values := map[string]tftypes.Value{}
	if err := wanted.As(&values); err != nil {
		return nil, err
	}
	for _, name := range computed {
		values[name] = tftypes.NewValue(tftypes.String, "a text of usual length")
	}
	planned, err := tfprotov6.NewDynamicValue(kind, tftypes.NewValue(kind, values))
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: &planned}, err
}

func (provider) ApplyResourceChange(_ context.Context, asked *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return &tfprotov6.ApplyResourceChangeResponse{NewState: asked.PlannedState}, nil
}

func main() {
	err := tf6server.Serve("registry.terraform.io/mfa-association/idle", func() tfprotov6.ProviderServer { return provider{} })
	if err != nil {
		log.Fatal(err)
	}
}
