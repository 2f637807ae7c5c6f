import type { WriteStream } from 'node:tty';
import type { Outcome } from '../../explain/outcome.ts';
import type { ExplainedRequest } from '../../explain/request.ts';
import { printSource } from '../../model/source.ts';
import { shortName } from '../why/possible.ts';
import type { Setting } from '../why/settings-of.ts';
import type { DecidedBy, Told } from './decided-by.ts';
import { writeRow } from './row.ts';

/** Where something is in the files that were read, as `shop.yaml:12`; undefined where it is not known. */
export type PlaceOf = (source: string) => string | undefined;

/** What is known besides an explanation. */
export interface Sideline {
  readonly place: PlaceOf;
  /** Absent: nobody has tried. */
  readonly decided?: DecidedBy | undefined;
}

type Forward = Extract<Outcome, { readonly type: 'forward' }>;

/** How a request reaches its backend. */
export function printForward(outcome: Forward, request: ExplainedRequest, sideline: Sideline, stream: WriteStream): void {
  const { path, host, timeout, idleTimeout, retries, retryOn } = outcome;
  if (path !== request.path) {
    writeRow(stream, 'REWRITE', `${request.path} -> ${path}`);
    printDeciders(['rewrite'], sideline, stream);
  }
  const { decided } = sideline;
  const byDefault = (told: Told): string => (decided === undefined || decided.has(told) ? '' : ' (default)');
  const limit = (name: 'timeout' | 'idle timeout', value: string | undefined): string =>
    `${name} ${value === undefined || value === '0s' ? 'none' : value}${byDefault(name)}`;
  const tries = retries === 0 ? 'none' : `${retries}${retryOn === undefined ? '' : ` on ${retryOn.replaceAll(',', ', ')}`}`;
  const parts = [`Host ${host}`, limit('timeout', timeout), limit('idle timeout', idleTimeout), `retries ${tries}${byDefault('retries')}`];
  writeRow(stream, 'UPSTREAM', parts.join(', '));
  printDeciders(['host', 'timeout', 'idle timeout', 'retries'], sideline, stream);
  for (const { cluster, endpoints, addresses = [] } of outcome.upstreams) {
    const more = endpoints - addresses.length;
    if (addresses.length > 0) writeRow(stream, 'ENDPOINT', `${cluster}  ${addresses.join(', ')}${more > 0 ? ` and ${more} more` : ''}`);
  }
}

/** Below a row, the settings that decide what stands there. */
export function printDeciders(all: readonly Told[], { decided, place }: Sideline, stream: WriteStream): void {
  for (const told of all)
    for (const setting of decided?.get(told) ?? [])
      writeRow(stream, '', `${told.replace(/^filter (?:.*\.)?/, '')} by ${printSetting(setting, place)}`);
}

/** As in `proxy-read-timeout: "70" of Ingress shop/api  shop.yaml:8`. */
export function printSetting({ source, name, value }: Setting, place: PlaceOf): string {
  const { field: _field, ...object } = source;
  const where = place(printSource(source));
  return `${shortName(name)}: ${JSON.stringify(value)} of ${printSource(object)}${where === undefined ? '' : `  ${where}`}`;
}
