// A process of many clients, told by its parent what to wait for. In processes of their own, the clients' work is not
// counted as the server's.
import type { TypeName } from '../../src/snapshot/resource.ts';
import { EnvoyStandIn } from './envoy-stand-in.ts';

/** What the parent asks for; each is answered by one `Answer`. */
export type Order =
  /** Connects clients, and waits until each has everything. */
  | { readonly do: 'connect'; readonly port: number; readonly first: number; readonly count: number }
  /** Forgets what was counted, and from here on waits until each client has got this many resources more. */
  | { readonly do: 'expect'; readonly type: TypeName; readonly resources: number };

export interface Answer {
  /** When the last acknowledgement was written, on the clock of `now()`. */
  readonly at: number;
  /** Of all messages, with the five bytes in front of each. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** For each client, when it acknowledged the first resource that was expected, the second, and so on. */
  readonly arrivals: readonly (readonly number[])[];
}

/** `started` comes at once for `expect`, so that the parent knows when it can begin to change things. */
export type Message = { readonly started: true } | { readonly failed: string } | { readonly answer: Answer };

/** Milliseconds on a clock that all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

const clients: EnvoyStandIn[] = [];
let receivedBytes = 0;
let sentBefore = 0;
let arrivals = new Map<EnvoyStandIn, number[]>();
let expected: { readonly type: TypeName; readonly resources: number } | undefined;
let missing = 0;

const sentBytes = (): number => clients.reduce((sum, client) => sum + client.sentBytes, 0);

function say(message: Message): void {
  process.send?.(message);
}

function finishOne(): void {
  missing--;
  if (missing > 0) return;
  say({ answer: { at: now(), receivedBytes, sentBytes: sentBytes() - sentBefore, arrivals: [...arrivals.values()] } });
}

function connectAll(port: number, first: number, count: number): void {
  missing = count;
  for (let index = first; index < first + count; index++) {
    const waiting = { loaded: false };
    const client = new EnvoyStandIn(port, `envoy-${index}`, {
      onAcknowledged: (response, stream) => {
        receivedBytes += response.bytes;
        if (!waiting.loaded && stream.loaded) {
          waiting.loaded = true;
          finishOne();
        } else if (response.type === expected?.type) note(stream, response.resources, expected.resources);
      },
      onFailure: (error) => {
        say({ failed: error.message });
      },
    });
    clients.push(client);
  }
}

function note(client: EnvoyStandIn, resources: number, wanted: number): void {
  const times = arrivals.get(client) ?? [];
  const before = times.length;
  for (let count = 0; count < resources; count++) times.push(now());
  arrivals.set(client, times);
  if (before < wanted && times.length >= wanted) finishOne();
}

function expect(type: TypeName, resources: number): void {
  receivedBytes = 0;
  sentBefore = sentBytes();
  arrivals = new Map();
  expected = { type, resources };
  missing = clients.length;
  say({ started: true });
}

// The parent closes the channel when it is done, and so does its death.
process.on('disconnect', () => process.exit(0));
process.on('message', (order: Order) => {
  if (order.do === 'connect') connectAll(order.port, order.first, order.count);
  else expect(order.type, order.resources);
});
