// One binary with the faces of a Kubernetes control plane, for tests: the first argument says which one to be.
package main

import (
	"fmt"
	"io"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

const usage = "usage: naru-test-control-plane apiserver|controller-manager|etcd|kubectl [argument...]"

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	face := os.Args[1]
	// Every face reads os.Args itself, so each must see only its own arguments.
	os.Args = append([]string{face}, os.Args[2:]...)

	switch face {
	case "apiserver":
		go endWithStandardInput()
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "controller-manager":
		go endWithStandardInput()
		os.Exit(cli.Run(controllermanager.NewControllerManagerCommand()))
	case "etcd":
		go endWithStandardInput()
		etcdmain.Main(os.Args)
	case "kubectl":
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			kubectlutil.CheckErr(err)
		}
	default:
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
}

// endWithStandardInput ends a server when the test at the other end of its standard input is gone, even
// when that was killed and had no chance to stop anything.
func endWithStandardInput() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(1)
}
