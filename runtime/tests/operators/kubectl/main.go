// Pins kubectl, and what it needs, in go.mod and go.sum; it is built by its own path.

//go:build tools

package main

import _ "k8s.io/kubernetes/cmd/kubectl"
