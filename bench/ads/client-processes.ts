import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { TypeName } from '../../src/snapshot/resource.ts';
import type { Answer, Message, Order } from './clients.ts';

/** Nothing that is measured here takes this long. */
const deadlineMs = 300_000;

/** All clients, spread over two processes. */
export class ClientProcesses {
  readonly #processes: readonly ChildProcess[];
  readonly #answers: readonly Inbox[];
  readonly streams: number;

  constructor(streams: number) {
    this.streams = streams;
    const count = Math.min(2, streams);
    this.#processes = Array.from({ length: count }, () => fork(join(import.meta.dirname, 'clients.ts')));
    this.#answers = this.#processes.map((process) => new Inbox(process));
  }

  /** Connects them all at once; waits until each has everything. */
  connect(port: number): Promise<Answer> {
    const share = Math.ceil(this.streams / this.#processes.length);
    this.#processes.forEach((process, index) => {
      const first = index * share;
      order(process, { do: 'connect', port, first, count: Math.min(share, this.streams - first) });
    });
    return this.#all();
  }

  /** Gives back, when all know what they wait for, the promise that they have got it. */
  async expect(type: TypeName, resources: number): Promise<{ readonly done: Promise<Answer> }> {
    for (const process of this.#processes) order(process, { do: 'expect', type, resources });
    await Promise.all(this.#answers.map((inbox) => inbox.next()));
    return { done: this.#all() };
  }

  stop(): void {
    for (const process of this.#processes) if (process.connected) process.disconnect();
  }

  async #all(): Promise<Answer> {
    const answers = (await Promise.all(this.#answers.map((inbox) => inbox.next()))).filter((answer) => answer !== undefined);
    return {
      at: Math.max(...answers.map(({ at }) => at)),
      receivedBytes: answers.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0),
      sentBytes: answers.reduce((sum, { sentBytes }) => sum + sentBytes, 0),
      arrivals: answers.flatMap(({ arrivals }) => arrivals),
    };
  }
}

function order(process: ChildProcess, what: Order): void {
  process.send(what);
}

/** Messages of one process in the order in which they come. */
class Inbox {
  readonly #messages: Message[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(process: ChildProcess) {
    process.on('message', (message: Message) => {
      this.#messages.push(message);
      this.#wake?.();
    });
    process.on('exit', () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  async next(): Promise<Answer | undefined> {
    const deadline = setTimeout(() => {
      this.#ended = true;
      this.#wake?.();
    }, deadlineMs);
    while (this.#messages.length === 0 && !this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    clearTimeout(deadline);
    const message = this.#messages.shift();
    if (message === undefined) throw new Error(`clients ended, or were not done after ${deadlineMs / 1_000} s`);
    if ('failed' in message) throw new Error(`a client failed: ${message.failed}`);
    return 'answer' in message ? message.answer : undefined;
  }
}
