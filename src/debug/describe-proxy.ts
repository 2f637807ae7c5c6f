import type { ProxyState, TypeReport } from '../ads/proxy-state.ts';
import type { RefusedStream } from '../ads/refused-streams.ts';
import { typeNames, typeUrls } from '../snapshot/resource.ts';
import { printTime } from './describe-fleet.ts';

/** An Envoy as `/debug/proxies` prints it; versions are numbers of snapshots. */
export function describeProxy({ id, cluster, fleet, address, connectedSince, protocol, only, version, accepted, types }: ProxyState) {
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
    types: Object.fromEntries(typeNames.map((type) => [type, { typeUrl: typeUrls[type], ...describeType(types[type]) }])),
  };
}

function describeType({ subscribed, resources, sent, acknowledged, refused }: TypeReport) {
  const refusal = refused && {
    version: refused.snapshot,
    message: refused.message,
    resources: refused.names,
    at: printTime(refused.at),
  };
  return { subscribed, resources, sent, acknowledged, refused: refusal ?? null };
}

export function describeRefusedStream({ at, ...stream }: RefusedStream) {
  return { ...stream, at: printTime(at) };
}
