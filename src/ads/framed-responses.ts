import type { Clock } from './clock.ts';
import { contentMark } from './content-mark.ts';
import type { Variant } from './variant.ts';
import type { ResponseContent } from './wire.ts';

type Content = Omit<ResponseContent, 'nonce' | 'mark'>;

/** A response in bytes. Its nonce is part of them. */
export interface FramedResponse {
  readonly content: Content;
  readonly nonce: number;
  readonly bytes: Buffer;
}

type Kept = FramedResponse & { readonly variant: Variant; used: boolean };

const mostKept = 16;
const mostBytes = 32 * 1024 * 1024;
/** Streams that need the same need it at about the same time. */
const keptMs = 1_000;

/**
 * Frames responses, once for all streams that are to get the same. They share its nonce too: a nonce must be new to
 * each of its streams, not to the world. https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#ack
 */
export class FramedResponses {
  readonly #clock: Clock;
  readonly #marked: boolean;
  #kept: Kept[] = [];
  #nonces = 0;
  #watched = false;

  /** `marked`: see `contentMark`. */
  constructor(clock: Clock, { marked = true }: { readonly marked?: boolean } = {}) {
    this.#clock = clock;
    this.#marked = marked;
  }

  /** `after` is the newest nonce that the stream has had for this type: only a newer one is sure to be new to it. */
  frame(variant: Variant, content: Content, after: number): FramedResponse {
    const known = this.#kept.find((each) => each.nonce > after && each.variant === variant && isSame(each.content, content));
    if (known !== undefined) {
      known.used = true;
      return known;
    }
    const nonce = ++this.#nonces;
    const mark = this.#marked ? contentMark(content.typeUrl, nonce) : undefined;
    const framed = { content, nonce, bytes: variant.frame({ ...content, nonce: String(nonce), ...(mark && { mark }) }) };
    this.#keep({ ...framed, variant, used: true });
    return framed;
  }

  #keep(framed: Kept): void {
    this.#kept.push(framed);
    let bytes = this.#kept.reduce((sum, each) => sum + each.bytes.length, 0);
    while (this.#kept.length > mostKept || bytes > mostBytes) bytes -= this.#kept.shift()?.bytes.length ?? 0;
    if (!this.#watched) this.#forgetLater();
  }

  #forgetLater(): void {
    this.#watched = true;
    this.#clock.after(keptMs, () => {
      this.#kept = this.#kept.filter(({ used }) => used);
      for (const each of this.#kept) each.used = false;
      if (this.#kept.length > 0) this.#forgetLater();
      else this.#watched = false;
    });
  }
}

function isSame(one: Content, other: Content): boolean {
  return (
    one.typeUrl === other.typeUrl &&
    one.version === other.version &&
    isSameList(one.removed, other.removed) &&
    isSameList(one.resources, other.resources)
  );
}

function isSameList<Item>(one: readonly Item[], other: readonly Item[]): boolean {
  return one === other || (one.length === other.length && one.every((item, index) => item === other[index]));
}
