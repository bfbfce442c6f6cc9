// Pins the three programs of Kubernetes that a control plane consists of.
// They are built by their own paths; this package only keeps them, and what
// they need, in go.mod and go.sum.

//go:build tools

package main

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kube-scheduler"
)
