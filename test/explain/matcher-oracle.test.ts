// What `naru explain` says of a request is what the real Envoy does with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { chooseRoute } from '../../src/explain/choose-route.ts';
import { normalisePath } from '../../src/explain/normalised-path.ts';
import type { ExplainedRequest } from '../../src/explain/request.ts';
import type { Messages } from '../../src/proto/gen/messages.ts';
import type { OracleAnswer } from '../../src/explain/oracle-bootstrap.ts';
import { startOracle } from './route-oracle.ts';
import { pathsOf, randomHost, randomRequest } from './random-routes.ts';

type RouteConfiguration = Messages['envoy.config.route.v3.RouteConfiguration'];

/** How many route tables are made; each is asked three times. `NARU_ORACLE_TABLES=100000` is the long form. */
const tables = Number(process.env['NARU_ORACLE_TABLES'] ?? 1500);
/** Of the first table; that of the others follows. `NARU_ORACLE_SEED` makes the same ones again. */
const firstSeed = Number(process.env['NARU_ORACLE_SEED'] ?? Math.floor(Math.random() * 2 ** 30));
const perEnvoy = 2000;
const perTable = 3;

/** What Envoy is expected to answer. */
function expected(routes: RouteConfiguration, request: ExplainedRequest): OracleAnswer {
  const normalised = normalisePath(request);
  if (normalised.type === 'refused') return { status: 400, says: '' };
  if (normalised.type === 'redirect') return { status: 307, says: normalised.path };
  const { host, winner } = chooseRoute(routes, { ...request, path: normalised.path });
  if (winner === undefined) return { status: 404, says: '' };
  return { status: 200, says: `${host?.host.name} ${winner.name}` };
}

/** What is needed to look into a disagreement. */
function describeCase(routes: RouteConfiguration, request: ExplainedRequest, seed: number): string {
  const { host, tried } = chooseRoute(routes, request);
  return JSON.stringify(
    { seed, request: { ...request, headers: [...request.headers] }, domain: host?.domain, host: host?.host, tried },
    null,
    1,
  );
}

function randomTables(count: number, seed: number): RouteConfiguration {
  const hosts = Array.from({ length: count }, (_, index) => randomHost(`h${index}`, domainsOf(index)));
  return {
    name: 'oracle',
    ignore_port_in_host_matching: true,
    virtual_hosts: fc.sample(fc.tuple(...hosts), { numRuns: 1, seed })[0] ?? [],
  };
}

/** Most have a name of their own; some share their end. */
function domainsOf(index: number): readonly string[] {
  const kinds = [
    [`h${index}.test`],
    [`*.w${index}.test`],
    [`h${index}.w${index - 1}.test`],
    [`h${index}.*`],
    [`h${index}.test`, `*.h${index}.test`],
  ];
  return kinds[index % kinds.length] ?? [];
}

function authorities(index: number): fc.Arbitrary<string> {
  const own = (domainsOf(index)[0] ?? '').replace('*', index % 2 === 0 ? 'any' : 'other');
  const others = [`h${index}.test`, `a.b.w${index}.test`, `h${index}.w${index - 1}.test`, `h${index}.example`, `x.h${index}.test`];
  return fc.oneof({ arbitrary: fc.constantFrom(own, own.toUpperCase(), `${own}:8080`), weight: 3 }, fc.constantFrom(...others));
}

test(`a real Envoy agrees on ${tables} route tables with ${perTable} requests each`, async (t) => {
  t.diagnostic(`seed ${firstSeed}`);
  let asked = 0;
  const reached = new Map<number, number>();
  for (let from = 0; from < tables; from += perEnvoy) {
    const count = Math.min(perEnvoy, tables - from);
    const seed = firstSeed + from;
    const routes = randomTables(count, seed);
    const oracle = await startOracle(routes);
    try {
      const requests = Array.from({ length: count }, (_, index) =>
        fc.sample(randomRequest(authorities(index), pathsOf(routes.virtual_hosts?.[index] ?? {})), {
          numRuns: perTable,
          seed: seed + index,
        }),
      ).flat();
      await Promise.all(
        requests.map(async (request) => {
          const answer = await oracle.ask(request);
          const wanted = expected(routes, request);
          // What is needed to look into it costs more than the question.
          if (!isDeepStrictEqual(answer, wanted)) assert.deepEqual(answer, wanted, describeCase(routes, request, seed));
          reached.set(answer.status, (reached.get(answer.status) ?? 0) + 1);
          asked++;
        }),
      );
    } finally {
      await oracle.stop();
    }
    if (tables > perEnvoy) process.stderr.write(`seed ${firstSeed}: ${asked} requests on ${from + count} tables\n`);
  }
  t.diagnostic(`${asked} requests: ${[...reached].map(([status, times]) => `${status} ${times}`).join(', ')}`);
  assert.ok((reached.get(200) ?? 0) > asked / 10, 'routes are reached often enough for this to mean something');
});
