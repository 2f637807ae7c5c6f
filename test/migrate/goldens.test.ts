// What Ingresses become as HTTPRoutes does the same in the Model, but for what the migration says.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { migrationOf, printObjects } from '../../src/cli/migrate.ts';
import type { Loss } from '../../src/migrate/loss.ts';
import type { Route } from '../../src/model/route.ts';
import { anyHost, type VirtualHost } from '../../src/model/virtual-host.ts';
import type { Build } from '../../src/runtime/build.ts';
import { built, buildOptions } from '../support/build.ts';
import { readGoldenCase } from '../support/golden.ts';
import { readManifests } from '../support/manifests.ts';
import { type Asked, requestsFor, routeFor } from './requests.ts';

const folders = globSync('test/golden/{annotations,ingress,routing}/*/given.yaml')
  .map((file) => dirname(file))
  .sort();
const ports = { http: 80, https: 443 } as const;
type Scheme = keyof typeof ports;

/** Told of everything that is written. */
const always = 'bodySize';

describe('migration of golden cases', () => {
  for (const folder of folders) {
    test(folder.replace('test/golden/', ''), async () => {
      const { build } = await readGoldenCase(folder);
      const { objects, losses } = migrationOf(build, 'naru', { namespace: 'gateways', name: 'web' });
      const migrated = await apply(folder, printObjects(objects));
      const problems = migrated.problems().filter(({ source }) => source.kind === 'HTTPRoute' || source.kind === 'Gateway');
      // Routes of a host without a certificate wait for a listener; that there is none has been told.
      const waiting = losses.some(({ part }) => part === 'tls') ? 'NR605' : undefined;
      assert.deepEqual(
        problems.filter(({ code }) => code !== waiting),
        [],
      );
      const compared = hostsOf(build).flatMap((host) => differences(build, migrated, host, losses));
      assert.ok(compared.length > 0, 'something is compared');
      assert.deepEqual([...new Set(compared.filter((line) => line !== ''))], []);
    });
  }
});

/** All but the Ingresses of a case, and what has been written in their place. */
async function apply(folder: string, written: string): Promise<Build> {
  const given = await readManifests(readFileSync(`${folder}/given.yaml`, 'utf8'));
  const after = await readManifests(written);
  const left = given.events.flatMap((event) => (event.type === 'upsert' && event.object.kind !== 'Ingress' ? [event.object] : []));
  const problems = after.events.flatMap((event) => (event.type === 'problems' ? event.problems : []));
  assert.deepEqual(problems, [], `${basename(folder)} is written so that it can be read`);
  return built([...left, ...after.events.flatMap((event) => (event.type === 'upsert' ? [event.object] : []))], buildOptions);
}

function hostsOf({ model }: Build): readonly VirtualHost[] {
  return [...model.virtualHosts.keys()].sort().flatMap((key) => model.virtualHosts.get(key) ?? []);
}

/** A line for each request that is treated in another way than it is said, and an empty one for each that is not. */
function differences(build: Build, migrated: Build, host: VirtualHost, losses: readonly Loss[]): readonly string[] {
  const { hostname } = host;
  const fallback = host.fallback ?? (hostname === anyHost ? undefined : build.model.virtualHosts.get(anyHost)?.fallback);
  const routes = [...host.routes, ...(fallback === undefined ? [] : [{ ...fallback, match: { type: 'prefix', path: '/' } as const }])];
  const certificate = build.model.hostCertificates.get(hostname)?.certificate;
  const schemes: readonly Scheme[] = certificate === undefined || host.passthrough !== undefined ? ['http'] : ['http', 'https'];
  return schemes.flatMap((scheme) => {
    const after = migrated.gateway.virtualHosts.get(`${hostname}@${buildOptions.listen.address}:${ports[scheme]}`)?.routes ?? [];
    return routes.flatMap((one) =>
      requestsFor(one).map((asked) => {
        const expected = routeFor(routes, scheme, asked);
        const actual = routeFor(after, scheme, asked);
        const told = losses.filter((loss) => loss.hostname === hostname && isAbout(loss, expected));
        const differing = parts(expected, build, actual, migrated).filter((part) => part !== always && !isTold(told, part));
        return differing.length === 0 ? '' : `${scheme}://${hostname}${print(asked)}: ${differing.join(', ')}`;
      }),
    );
  });
}

function isAbout({ source, part }: Loss, expected: Route | undefined): boolean {
  return part === 'order' || part.startsWith('tls') || expected === undefined || expected.sources.some(({ name }) => name === source.name);
}

/** What is closed does nothing of what it did. */
function isTold(losses: readonly Loss[], part: string): boolean {
  return losses.some(
    (loss) =>
      loss.part === part ||
      loss.part.startsWith(`${part}.`) ||
      loss.closed === true ||
      loss.part === 'order' ||
      (loss.part.startsWith('conditions') && part === 'route'),
  );
}

/** In which parts two routes differ. */
function parts(expected: Route | undefined, build: Build, actual: Route | undefined, migrated: Build): readonly string[] {
  if (expected === undefined || actual === undefined) return expected === actual ? [] : ['route'];
  const before = { ...expected.policy, ...upstreams(expected, build), action: action(expected) };
  const after = { ...actual.policy, ...upstreams(actual, migrated), action: action(actual) };
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof typeof before>;
  return [...names].filter((name) => !isDeepStrictEqual(plain(before[name]), plain(after[name])));
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** What is asked of the upstreams of a route. */
function upstreams({ action: { type, ...rest } }: Route, { model, gateway }: Build): object {
  if (type !== 'forward' || !('upstreams' in rest)) return {};
  const policies = rest.upstreams.map(({ upstream }) => (model.upstreams.get(upstream) ?? gateway.upstreams.get(upstream))?.policy ?? {});
  return Object.fromEntries(policies.flatMap((policy) => Object.entries(policy).map(([name, value]) => [`upstream.${name}`, value])));
}

function action({ action: given }: Route): unknown {
  if (given.type !== 'forward') return given;
  const all = given.upstreams.reduce((sum, { weight }) => sum + weight, given.failing ?? 0);
  const shares = given.upstreams.map(({ upstream, weight, ...others }) => ({
    ...others,
    upstream: upstream.replace(/~.*/, ''),
    share: weight / all,
  }));
  return { type: given.type, shares };
}

function print({ path, method, headers, query, cookies }: Asked): string {
  return `${path} ${JSON.stringify({ method, headers, query, cookies })}`;
}
