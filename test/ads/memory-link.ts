import type { status } from '@grpc/grpc-js';
import type { Acknowledgement } from '../../src/ads/acknowledgement.ts';
import { delta } from '../../src/ads/delta.ts';
import { FramedResponses } from '../../src/ads/framed-responses.ts';
import { usualLimits } from '../../src/ads/limits.ts';
import type { Accepted, ProxyState } from '../../src/ads/proxy-state.ts';
import type { DiscoveryRequest } from '../../src/ads/request.ts';
import { sotw } from '../../src/ads/sotw.ts';
import { ProxyStream } from '../../src/ads/stream.ts';
import { Client, type Protocol } from './client.ts';
import { FakeClock } from './fake-clock.ts';
import { Publisher } from './fake-resources.ts';

/** A fleet and its clients without a network: what a request or a publication causes is there when the call returns. */
export class Stage {
  readonly protocol: Protocol;
  readonly clock = new FakeClock();
  readonly responses = new FramedResponses(this.clock);
  readonly publisher = new Publisher();
  readonly acknowledgements: Acknowledgement[] = [];
  readonly accepted: Accepted[] = [];
  readonly log: string[] = [];
  readonly ends: { readonly code: status; readonly details: string }[] = [];
  readonly #streams = new Map<Client, ProxyStream>();

  constructor(protocol: Protocol) {
    this.protocol = protocol;
  }

  connect(id = 'envoy-1'): Client {
    const node = { id, cluster: 'edge' };
    let stream: ProxyStream | undefined;
    const client = new Client(
      this.protocol,
      (onResponse) => {
        const connection = {
          address: `memory:${id}`,
          send: onResponse,
          end: (code: status, details: string) => void this.ends.push({ code, details }),
        };
        const opened = (stream = new ProxyStream(
          this.publisher.fleet.member(id),
          node,
          this.protocol === 'delta' ? delta : sotw,
          connection,
          {
            removalGraceMs: 2_000,
            gateTimeoutMs: 15_000,
            clock: this.clock,
            responses: this.responses,
            limits: usualLimits,
            log: (line) => void this.log.push(line),
            onAcknowledgement: (acknowledgement) => void this.acknowledgements.push(acknowledgement),
            onAccepted: (accepted) => void this.accepted.push(accepted),
          },
        ));
        return { send: (request: DiscoveryRequest) => opened.receive(request), close: () => opened.close() };
      },
      node,
    );
    if (stream !== undefined) this.#streams.set(client, stream);
    return client;
  }

  /** A client that asks for all clusters and listeners, as an Envoy does. */
  connectEnvoy(id = 'envoy-1'): Client {
    const client = this.connect(id);
    client.subscribeAll('clusters');
    return client;
  }

  state(client: Client): ProxyState {
    const stream = this.#streams.get(client);
    if (stream === undefined) throw new Error('not a client of this stage');
    return stream.state();
  }
}
