import type { ServerDuplexStream } from '@grpc/grpc-js';
import { type Concurrency, concurrencyMetadata } from '../model/concurrency.ts';
import type { Messages } from '../proto/codec.ts';
import { refusalStatus } from '../proto/http-status.ts';
import { isInNetworks } from './address.ts';
import { RouteReader } from './route-reader.ts';
import type { ProcessingRequest, ProcessingResponse } from './processing-service.ts';

type Call = ServerDuplexStream<ProcessingRequest, ProcessingResponse>;

/** Counts the requests of clients that are under way: each is a call that lasts as long as the request. */
export class ConcurrencyCounter {
  readonly #limits = new RouteReader<Concurrency>();
  readonly #underWay = new Map<string, number>();

  process(call: Call): void {
    let leave: (() => void) | undefined;
    const over = (): void => {
      leave?.();
      leave = undefined;
    };
    call.on('data', ({ request_headers: head }: ProcessingRequest) => {
      // Only of an answer that ends with trailers there is a second question.
      if (head === undefined) return void call.write({ response_trailers: {} });
      const [said] = call.metadata.get(concurrencyMetadata);
      const limit = this.#limits.read(said?.toString());
      leave ??= limit && this.#enter(limit, addressIn(head));
      call.write(leave === undefined ? refusal(limit) : { request_headers: {} });
    });
    call.on('end', () => {
      over();
      call.end();
    });
    // The proxy gave the request up, or is gone.
    call.on('cancelled', over);
    call.on('error', over);
  }

  /** What is to be done when the request is over; undefined: it may not begin. */
  #enter({ counter, most, exempt = [] }: Concurrency, address: string): (() => void) | undefined {
    if (exempt.length > 0 && isInNetworks(exempt, address)) return () => {};
    const key = `${counter} ${address}`;
    const now = this.#underWay.get(key) ?? 0;
    if (now >= most) return undefined;
    this.#underWay.set(key, now + 1);
    return () => {
      const left = (this.#underWay.get(key) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(key);
      else this.#underWay.set(key, left);
    };
  }
}

/** The address behind the proxies that are trusted: the listener has set the header. */
function addressIn({ headers }: Messages['envoy.service.ext_proc.v3.HttpHeaders']): string {
  const found = headers?.headers?.find(({ key }) => key === 'x-real-ip');
  return Buffer.from(String(found?.raw_value ?? ''), 'base64').toString('latin1');
}

function refusal(limit: Concurrency | undefined): ProcessingResponse {
  return { immediate_response: { status: { code: refusalStatus(limit?.status) } } };
}
