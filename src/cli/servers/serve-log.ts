import { type Logger, pino } from 'pino';
import type { LevelChange, LogLevel, LogLevels } from '../../debug/view.ts';

/**
 * `naru`: start and stop. `kube`: what is heard of the API server. `snapshot`: what follows from it, problems of objects too. `envoys`: what
 * they are sent and answer. `status`: what is written into the cluster.
 */
const components = ['naru', 'kube', 'snapshot', 'envoys', 'status'] as const;

/** Each writes one JSON object a line, and says as much as its level allows. */
export type ServeLog = Readonly<Record<(typeof components)[number], Logger>>;

/** Logs to standard output. */
export function openLog(level: string): { readonly log: ServeLog; readonly levels: LogLevels } {
  const root = pino({
    base: null,
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
  const log = Object.fromEntries(components.map((component) => [component, root.child({ component })])) as Record<keyof ServeLog, Logger>;
  return { log, levels: new ChangeableLevels(log, level) };
}

class ChangeableLevels implements LogLevels {
  readonly #log: ServeLog;
  readonly #atStart: string;
  readonly #ends = new Map<keyof ServeLog, { readonly timer: NodeJS.Timeout; readonly until: number }>();

  constructor(log: ServeLog, atStart: string) {
    this.#log = log;
    this.#atStart = atStart;
  }

  list(): readonly LogLevel[] {
    return components.map((component) => {
      const end = this.#ends.get(component);
      return { component, level: this.#log[component].level, ...(end === undefined ? {} : { until: end.until }) };
    });
  }

  set({ level, component, seconds }: LevelChange): void {
    const until = seconds === undefined ? undefined : Date.now() + seconds * 1000;
    for (const one of components.filter((known) => component === undefined || known === component)) {
      clearTimeout(this.#ends.get(one)?.timer);
      this.#ends.delete(one);
      this.#log[one].level = level;
      if (seconds === undefined || until === undefined) continue;
      this.#ends.set(one, { timer: setTimeout(() => this.set({ level: this.#atStart, component: one }), seconds * 1000).unref(), until });
    }
    this.#log.naru.info({ to: level, of: component ?? 'all', ...(seconds === undefined ? {} : { seconds }) }, 'log level changed');
  }
}
