// The same work as Naru's ADS server, done by go-control-plane: serves resources that were written to a folder as one
// DiscoveryResponse for each type, and changes them as lines at standard input say. Ends with its standard input.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log"
	"maps"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	_ "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// By type and name.
type world map[resource.Type]map[string]types.Resource

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func readWorld(folder string) (world, []string) {
	read, clusters := world{}, []string{}
	for _, typeURL := range []string{resource.ClusterType, resource.EndpointType, resource.ListenerType, resource.RouteType} {
		bytes, err := os.ReadFile(filepath.Join(folder, typeURL[strings.LastIndex(typeURL, ".")+1:]))
		check(err)
		var response discovery.DiscoveryResponse
		check(proto.Unmarshal(bytes, &response))
		read[typeURL] = map[string]types.Resource{}
		for _, packed := range response.Resources {
			message, err := packed.UnmarshalNew()
			check(err)
			name := cache.GetResourceName(message)
			read[typeURL][name] = message
			if typeURL == resource.ClusterType {
				clusters = append(clusters, name)
			}
		}
	}
	return read, clusters
}

type publisher func(typeURL, name string, changed types.Resource)

// linear has a cache for each type, in which resources change one by one.
func linear(all world) (cache.Cache, publisher) {
	caches := map[string]*cache.LinearCache{}
	mux := &cache.MuxCache{
		ClassifyDelta: func(request *cache.DeltaRequest) string { return request.GetTypeUrl() },
		Caches:        map[string]cache.Cache{},
	}
	for typeURL, resources := range all {
		caches[typeURL] = cache.NewLinearCache(typeURL, cache.WithInitialResources(resources))
		mux.Caches[typeURL] = caches[typeURL]
	}
	return mux, func(typeURL, name string, changed types.Resource) {
		check(caches[typeURL].UpdateResource(name, changed))
	}
}

type oneFleet struct{}

func (oneFleet) ID(*core.Node) string { return "bench" }

// snapshots makes a whole snapshot for each change, as most control planes do.
func snapshots(all world) (cache.Cache, publisher) {
	snapshotCache := cache.NewSnapshotCache(true, oneFleet{}, nil)
	version := 0
	set := func() {
		version++
		byType := map[resource.Type][]types.Resource{}
		for typeURL, resources := range all {
			byType[typeURL] = slices.Collect(maps.Values(resources))
		}
		snapshot, err := cache.NewSnapshot(strconv.Itoa(version), byType)
		check(err)
		check(snapshotCache.SetSnapshot(context.Background(), "bench", snapshot))
	}
	set()
	return snapshotCache, func(typeURL, name string, changed types.Resource) {
		all[typeURL][name] = changed
		set()
	}
}

func main() {
	folder := flag.String("world", "", "folder with the resources")
	kind := flag.String("cache", "linear", "linear or snapshot")
	flag.Parse()
	all, clusters := readWorld(*folder)
	served, publish := map[string]func(world) (cache.Cache, publisher){"linear": linear, "snapshot": snapshots}[*kind](all)

	grpcServer := grpc.NewServer()
	discovery.RegisterAggregatedDiscoveryServiceServer(grpcServer, server.NewServer(context.Background(), served, nil))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go func() { check(grpcServer.Serve(listener)) }()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)

	routes := all[resource.RouteType]["ingress"].(*route.RouteConfiguration)
	var reply any
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); fmt.Println(reply) {
		reply = "done"
		command, argument, _ := strings.Cut(lines.Text(), " ")
		index, _ := strconv.Atoi(argument)
		switch command {
		case "endpoints":
			old := all[resource.EndpointType][clusters[index]].(*endpoint.ClusterLoadAssignment)
			changed := proto.Clone(old).(*endpoint.ClusterLoadAssignment)
			for _, each := range changed.Endpoints[0].LbEndpoints {
				each.GetEndpoint().Address.GetSocketAddress().PortSpecifier = &core.SocketAddress_PortValue{PortValue: 8081}
			}
			publish(resource.EndpointType, clusters[index], changed)
		case "routes":
			routes = proto.Clone(routes).(*route.RouteConfiguration)
			split := routes.VirtualHosts[index].Routes[1].GetRoute().GetWeightedClusters().Clusters
			split[0].Weight, split[1].Weight = wrapperspb.UInt32(94), wrapperspb.UInt32(6)
			publish(resource.RouteType, routes.Name, routes)
		case "memory":
			debug.FreeOSMemory()
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			reply = stats.HeapAlloc + stats.StackInuse
		}
	}
}
