import type { ProxyState } from '../ads/proxy-state.ts';
import { typeNames } from '../snapshot/resource.ts';
import type { ObjectStanding } from './view.ts';

/**
 * `not served`: it is not for this controller. `refused`: an Envoy does not take it. `waiting`: not every connected Envoy runs it, or
 * none is connected. `accepted`: every connected Envoy serves it.
 */
export type ObjectState = 'not served' | 'refused' | 'waiting' | 'accepted';

/** An object as `/debug/objects` prints it: how far it has come, and which Envoys are behind. */
export function describeObject(standing: ObjectStanding, connected: readonly ProxyState[]) {
  const { since, held, refusal, fleets } = standing;
  const proxies = connected.filter(({ fleet }) => fleets?.includes(fleet) !== false);
  const envoys = [...new Map(proxies.map((proxy) => [proxy.id, describeEnvoy(proxy, proxies, since)])).values()];
  const { kind, namespace, name, digest, inFolder, problems } = standing;
  return {
    ...{ kind, namespace, name, digest },
    from: inFolder ? 'folder' : 'cluster',
    state: stateOf(standing, envoys),
    version: since ?? null,
    held,
    refusal: refusal ?? null,
    problems,
    envoys,
  };
}

function stateOf({ since, held, refusal }: ObjectStanding, envoys: readonly { readonly behind: boolean }[]): ObjectState {
  if (since === undefined) return 'not served';
  if (refusal !== undefined) return 'refused';
  return held || envoys.length === 0 || envoys.some(({ behind }) => behind) ? 'waiting' : 'accepted';
}

/** An Envoy may have a stream for each type; all say the same of what it runs. */
function describeEnvoy({ id, accepted }: ProxyState, proxies: readonly ProxyState[], since = Infinity) {
  const streams = proxies.filter((one) => one.id === id);
  const reports = streams.flatMap(({ types }) => typeNames.map((type) => ({ type, ...types[type] })));
  return {
    id,
    acceptedVersion: accepted,
    behind: accepted < since,
    refuses: reports.flatMap(({ type, refused }) =>
      refused === undefined ? [] : [{ type, version: refused.snapshot, resources: refused.names, message: refused.message }],
    ),
    unanswered: reports.filter(({ subscribed, sent, acknowledged }) => subscribed && acknowledged < sent).map(({ type }) => type),
  };
}
