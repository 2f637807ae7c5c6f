import type { TypeReport } from './proxy-state.ts';
import type { Refusal } from './refused-versions.ts';

/** What is told of one type on one stream. */
export class Reported {
  #sent = 0;
  #acknowledged = 0;

  report(state: {
    readonly subscribed: boolean;
    readonly resources: number;
    readonly sent: number;
    readonly acknowledged: number;
    readonly refused: Refusal | undefined;
  }): TypeReport {
    // A client that asks again for what it holds makes the numbers fall for a moment; that is nobody's concern.
    this.#sent = Math.max(this.#sent, state.sent);
    this.#acknowledged = Math.max(this.#acknowledged, state.acknowledged);
    const { subscribed, resources, refused } = state;
    return {
      subscribed,
      resources,
      sent: this.#sent,
      acknowledged: this.#acknowledged,
      ...(refused === undefined ? {} : { refused }),
    };
  }
}
