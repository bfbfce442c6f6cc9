// Pins kwok, which plays the kubelet. It is built by its own path; this
// package only keeps it, and what it needs, in go.mod and go.sum.

//go:build tools

package main

import _ "sigs.k8s.io/kwok/cmd/kwok"
