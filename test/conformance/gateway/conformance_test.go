// Package gateway holds the public conformance suite of the Gateway API, as its release has it. run.ts runs it.
package gateway

import (
	"testing"

	"sigs.k8s.io/gateway-api/conformance"
)

func TestConformance(t *testing.T) {
	conformance.RunConformance(t)
}
