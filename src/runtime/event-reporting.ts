import { systemClock } from '../ads/clock.ts';
import type { Connection } from '../kube/connection.ts';
import { createEvent, repeatEvent } from '../kube/event-writes.ts';
import type { Problem } from '../model/problem.ts';
import type { Source } from '../model/source.ts';
import { EffectiveWatch } from '../status/effective.ts';
import { problemEvent } from '../status/event-draft.ts';
import { EventWriter } from '../status/event-writer.ts';
import type { Build, Pass } from './build.ts';

export interface EventReportingOptions {
  readonly build: Build;
  readonly connection: Connection;
  /** Who tells: this replica. */
  readonly reporter: string;
  readonly accepted: () => number;
  readonly envoys: () => number;
  readonly onTrouble: (sentence: string) => void;
}

const refusalsAfterMs = 200;

/** Tells in Events what became of Ingresses: what is wrong with them, and when they are served as they are now. */
export class EventReporting {
  readonly #build: Build;
  readonly #writer: EventWriter;
  readonly #effective: EffectiveWatch;
  #leading = false;
  #refusalsDue = false;
  /** The same problem is the same value as long as nothing changes about it. */
  #toldRefusals: ReadonlySet<Problem> = new Set();

  constructor({ build, connection, reporter, accepted, envoys, onTrouble }: EventReportingOptions) {
    this.#build = build;
    this.#writer = new EventWriter({
      uid: (key) => build.world.objects.Ingress.get(key)?.metadata.uid,
      create: (eventName, uid, { ingress, ...event }) =>
        createEvent(connection, { ...partsOf(ingress), uid }, { ...event, eventName, reporter }),
      repeat: (eventName, { ingress }, count) => repeatEvent(connection, partsOf(ingress).namespace, eventName, count),
      onTrouble,
      clock: systemClock,
    });
    this.#effective = new EffectiveWatch({
      since: (key) => build.progress.since(key),
      accepted,
      envoys,
      putAside: (key) => build.assembly.putAside().has(`Ingress ${key}`),
      tell: (draft) => this.#writer.tell(draft),
      nowMs: () => systemClock.now(),
    });
  }

  lead(leading: boolean): void {
    this.#leading = leading;
    this.#writer.lead(leading);
    // Whoever led before may not have come to tell them.
    if (leading) this.#tellProblems(this.#build.problems());
  }

  passed({ newProblems, changes, cause }: Pass): void {
    if (!this.#leading) return;
    this.#tellProblems(newProblems.filter(({ code }) => code !== 'NR701'));
    if (newProblems.some(({ code }) => code === 'NR701')) this.#tellRefusals();
    // What was there at the start is not news.
    const news = cause === 'start' ? [] : [...(changes.get(this.#build.model.ingresses) ?? [])];
    const refused = newProblems.flatMap(({ code, source }) => (code === 'NR701' && source.kind === 'Ingress' ? [keyOf(source)] : []));
    this.#effective.changed([...news, ...refused]);
  }

  accepted(): void {
    this.#effective.advance();
  }

  /** A moment later: until something is found that the Envoy takes in the place of what it refused, each try is another problem. */
  #tellRefusals(): void {
    if (this.#refusalsDue) return;
    this.#refusalsDue = true;
    systemClock.after(refusalsAfterMs, () => {
      this.#refusalsDue = false;
      const refusals = this.#build.problems().filter(({ code }) => code === 'NR701');
      this.#tellProblems(refusals.filter((each) => !this.#toldRefusals.has(each)));
      this.#toldRefusals = new Set(refusals);
    });
  }

  #tellProblems(problems: Pass['newProblems']): void {
    for (const problem of problems) {
      const draft = problemEvent(problem);
      if (draft !== undefined) this.#writer.tell(draft);
    }
  }
}

function keyOf({ namespace, name }: Source): string {
  return `${namespace}/${name}`;
}

function partsOf(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = key.split('/');
  return { namespace, name };
}
