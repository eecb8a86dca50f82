package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
)

// TestDrive runs the example's program inline, in its own folder.
func TestDrive(t *testing.T) {
	ctx := context.Background()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	stack, err := auto.UpsertStackInlineSource(ctx, "dev", "test", declare, auto.WorkDir(folder))
	if err != nil {
		t.Fatal(err)
	}
	done, err := stack.Up(ctx, optup.ProgressStreams(os.Stdout), optup.Color("never"))
	if err != nil {
		t.Fatal(err)
	}
	told, err := json.Marshal(done.Summary.ResourceChanges)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(string(told))
}
