import type { EdgeSettings, Tracing } from '../../model/edge.ts';
import type { VirtualHost } from '../../model/virtual-host.ts';
import { IndexTable } from '../../store/index-table.ts';
import type { Table } from '../../store/table.ts';
import { and, at, call, type Cel, choose, has, isIn, literal, method, named, not } from './cel.ts';
import { metadataNamespace, type TraceWord, traceWords } from '../routes/route-metadata.ts';

/** The hosts whose routes have such a word, by the word. */
export function tracedHosts(hosts: Table<VirtualHost>): IndexTable<VirtualHost> {
  return new IndexTable('hosts with a say in traces', hosts, ({ routes, fallback }) =>
    [...routes, ...(fallback ? [fallback] : [])].flatMap(({ policy }) => (policy === undefined ? [] : traceWords(policy))),
  );
}

/** The settings with the tracer that the words of routes ask for: without any it is nobody's, or the plain one. */
export function withTracer({ tracing, ...edge }: EdgeSettings, isSaid: (word: TraceWord) => boolean): EdgeSettings {
  if (tracing === undefined || (!tracing.all && !isSaid('traced'))) return edge;
  const byRoute = !tracing.all || isSaid('untraced') || isSaid('untrusted');
  return { ...edge, tracing: { ...tracing, ...(byRoute && { byRoute }) } };
}

const headers = named('request.headers');
const parent = literal('traceparent');
const metadata = named('xds.route_metadata.filter_metadata');
const namespace = literal(metadataNamespace);

/** A request whose route is not known yet has no metadata. */
const says = (word: TraceWord): Cel =>
  and(has('xds', 'route_metadata'), isIn(namespace, metadata), isIn(literal(word), at(metadata, namespace)));

/** The last bit. https://www.w3.org/TR/trace-context/#trace-flags */
const tracedByCaller = method(at(headers, parent), 'matches', literal('[13579bdf]$'));

/**
 * In CEL, whether a request is traced. Where not all are, the trace of a caller goes on also at a route that says nothing: to leave its
 * span out would tell the backend that the caller traces nothing, and somebody else's annotation would have cut that trace.
 */
export function traceChoice({ all, share, followsCaller }: Tracing): Cel {
  const called = and(isIn(parent, headers), not(says('untrusted')));
  const asked = all ? chance(share) : and(says('traced'), chance(share));
  const unasked = all ? literal(false) : and(called, tracedByCaller);
  const chosen = followsCaller ? choose(called, tracedByCaller, asked) : all ? asked : choose(says('traced'), asked, unasked);
  return and(not(says('untraced')), chosen);
}

/**
 * CEL knows neither chance nor the identifier of the trace, and that of the request is the client's to choose. So it is the millisecond
 * in which the request came: the factor has no divisor in common with a million, and spreads a thousand seconds over all of it.
 */
function chance(share: number): Cel {
  if (share === 0 || share === 1) return literal(share === 1);
  const time = named('request.time');
  const second = call('_%_', call('int', time), literal(1000));
  const millisecond = call('_+_', call('_*_', second, literal(1000)), method(time, 'getMilliseconds'));
  const spread = call('_%_', call('_*_', millisecond, literal(618_033)), literal(1_000_000));
  return call('_<_', spread, literal(Math.round(share * 1_000_000)));
}
