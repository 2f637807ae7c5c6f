import type { ProxyState, TypeReport } from '../ads/proxy-state.ts';
import type { RefusedStream } from '../ads/refused-streams.ts';
import { type TypeName, typeNames, typeUrls } from '../snapshot/resource.ts';
import { describeEntry, printTime } from './describe-fleet.ts';
import { describeLag } from './describe-lag.ts';
import { sourcesOf } from './sources-of.ts';
import type { FleetView } from './view.ts';

/** An Envoy as `/debug/proxies` prints it; versions are numbers of snapshots. */
export function describeProxy(proxy: ProxyState, fleetView: FleetView | undefined) {
  const { id, cluster, fleet, address, connectedSince, protocol, only, version, accepted, types } = proxy;
  return {
    id,
    cluster,
    fleet,
    address,
    connectedSince: printTime(connectedSince),
    protocol,
    ...(only === undefined ? {} : { only }),
    envoyVersion: version ?? null,
    acceptedVersion: accepted,
    putAside: (fleetView?.quarantine ?? []).filter(({ proxy: by }) => by === id).map(describeEntry),
    types: Object.fromEntries(typeNames.map((type) => [type, { typeUrl: typeUrls[type], ...describeType(type, types[type], fleetView) }])),
  };
}

function describeType(type: TypeName, report: TypeReport, fleet: FleetView | undefined) {
  const { subscribed, resources, sent, acknowledged, refused } = report;
  const refusal = refused && {
    version: refused.snapshot,
    message: refused.message,
    resources: refused.names,
    sources: sourcesOf(refused.names.map((name) => fleet?.snapshot?.(refused.snapshot)?.resources[type].get(name))),
    at: printTime(refused.at),
  };
  return {
    subscribed,
    resources,
    sent,
    acknowledged,
    refused: refusal ?? null,
    lag: subscribed && fleet !== undefined ? describeLag(type, acknowledged, fleet) : null,
  };
}

export function describeRefusedStream({ at, ...stream }: RefusedStream) {
  return { ...stream, at: printTime(at) };
}
