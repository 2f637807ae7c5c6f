// All that `naru explain` says of a request to Ingresses is what the real Envoy does: host, route, status, redirect, and what a backend gets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { explain, type Explanation } from '../../src/explain/explain.ts';
import type { ExplainedRequest } from '../../src/explain/request.ts';
import { nothingKnown } from '../../src/explain/known.ts';
import { ResourceReader } from '../../src/explain/resource-reader.ts';
import { built, buildOptions } from '../support/build.ts';
import { ingress, naruClass, service } from '../support/objects.ts';
import { startIngressOracle } from './ingress-oracle.ts';
import { randomIngresses, randomRequest } from './random-ingresses.ts';

/** How many hosts get Ingresses; each is asked several times. `NARU_ORACLE_HOSTS=20000` is the long form. */
const cases = Number(process.env['NARU_ORACLE_HOSTS'] ?? 200);
const firstSeed = Number(process.env['NARU_ORACLE_SEED'] ?? Math.floor(Math.random() * 2 ** 30));
const perEnvoy = 400;
const perCase = 12;

/** What can be seen of an answer from outside. */
interface Seen {
  readonly status: number;
  readonly route?: string | undefined;
  readonly location?: string | undefined;
  readonly path?: string | undefined;
  readonly host?: string | undefined;
}

function expected({ outcome, domain, tried, path }: Explanation): Seen {
  const taken = tried.findIndex(({ objection }) => objection === undefined);
  const route = taken < 0 ? undefined : `${domain} ${taken}`;
  if (outcome.type === 'forward') return { status: 200, route, location: undefined, path: outcome.path, host: outcome.host };
  if (outcome.type === 'connection') throw new Error('no HTTP');
  const location = outcome.type === 'redirect' ? outcome.location : undefined;
  return { status: outcome.status, route: path?.type === 'path' ? route : undefined, location, path: undefined, host: undefined };
}

test(`a real Envoy agrees on ${cases} hosts of random Ingresses with ${perCase} requests each`, async (t) => {
  t.diagnostic(`seed ${firstSeed}`);
  const reached = new Map<string, number>();
  for (let from = 0; from < cases; from += perEnvoy) {
    const seed = firstSeed + from;
    const made = Array.from(
      { length: Math.min(perEnvoy, cases - from) },
      (_, index) => fc.sample(randomIngresses(index), { numRuns: 1, seed: seed + index })[0] ?? [],
    );
    const anyHost = seed % 2 === 0 ? [] : [ingress({ name: 'any', paths: [{ path: '/any', service: 'web' }], defaultService: 'web' })];
    const { current } = built([naruClass, service('web'), service('next'), ...anyHost, ...made.flat()], {
      ...buildOptions,
      ingress: { ...buildOptions.ingress, assumePods: true },
    });
    assert.ok(current);
    const oracle = await startIngressOracle(current.resources);
    const reader = new ResourceReader(current.resources);
    const ask = async (request: ExplainedRequest, index: number): Promise<void> => {
      const { status, headers } = await oracle.send(request);
      const [route, path, host] = ['x-route', 'x-got-path', 'x-got-host'].map((name) => headers[name]?.toString());
      const seen: Seen = { status, route, location: headers.location, path, host };
      const explanation = explain(current.resources, request, nothingKnown, reader);
      const wanted = expected(explanation);
      if (!isDeepStrictEqual(seen, wanted))
        assert.deepEqual(
          seen,
          wanted,
          JSON.stringify(
            { seed: seed + index, request: { ...request, headers: [...request.headers] }, explanation, made: made[index] },
            null,
            1,
          ),
        );
      const kind = explanation.outcome.type === 'forward' ? 'forwarded' : String(status);
      reached.set(kind, (reached.get(kind) ?? 0) + 1);
    };
    try {
      await Promise.all(
        made.flatMap((ingresses, index) =>
          fc.sample(randomRequest(index, ingresses), { numRuns: perCase, seed: seed + index }).map((request) => ask(request, index)),
        ),
      );
    } finally {
      await oracle.stop();
    }
  }
  t.diagnostic([...reached].map(([kind, times]) => `${kind} ${times}`).join(', '));
  for (const kind of ['forwarded', '301', '302', '308', '503']) assert.ok((reached.get(kind) ?? 0) > 0, `no request got ${kind}`);
});
