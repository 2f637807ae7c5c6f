// Whatever Envoys get says where it comes from: the objects and fields, the keys of the ConfigMap, or that Naru has it of its own accord.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { objectKey } from '../../src/kube/event.ts';
import { isKind } from '../../src/kube/kinds.ts';
import { byDefault, parseSource, printSource, type Source } from '../../src/model/source.ts';
import { decode, type Messages } from '../../src/proto/codec.ts';
import type { Build } from '../../src/runtime/build.ts';
import { type Resource, typeNames } from '../../src/snapshot/resource.ts';
import { readGoldenCase } from '../support/golden.ts';

type Route = Messages['envoy.config.route.v3.Route'];

function routesIn({ type, bytes }: Resource): readonly Route[] {
  if (type !== 'scopes' && type !== 'routes') return [];
  const table =
    type === 'scopes'
      ? decode('envoy.config.route.v3.ScopedRouteConfiguration', bytes).route_configuration
      : decode('envoy.config.route.v3.RouteConfiguration', bytes);
  return (table?.virtual_hosts ?? []).flatMap(({ routes = [] }) => routes);
}

function written({ metadata }: Route): readonly string[] {
  const sources = metadata?.filter_metadata?.['naru']?.['sources'];
  return Array.isArray(sources) ? sources.map(String) : [];
}

/** Whether it leads to something: an object that there is, with the annotation, key or path that it names. */
function leads({ kind, namespace, name, field }: Source, { world }: Build): boolean {
  if (printSource({ kind, namespace, name }) === printSource(byDefault)) return true;
  if (!isKind(kind)) return false;
  const object = world.objects[kind].get(objectKey(namespace, name));
  if (object === undefined) return false;
  const steps = [...(field ?? '').matchAll(/\["(?<quoted>(?:[^"\\]|\\.)*)"\]|\[(?<index>\d+)\]|(?<word>[^.[\]]+)/g)];
  let value: unknown = object;
  for (const { groups } of steps) {
    const step = groups?.['quoted'] ?? groups?.['index'] ?? groups?.['word'] ?? '';
    const inside = (value as Readonly<Record<string, unknown>> | undefined)?.[step];
    // The rules of an Ingress are read without this step.
    if (inside !== undefined || step !== 'http') value = inside;
  }
  return value !== undefined;
}

for (const folder of globSync('test/golden/*/*/given.yaml').map(dirname).sort())
  test(`${folder.replace('test/golden/', '')}: every resource and every route has its sources`, async () => {
    const { build } = await readGoldenCase(folder);
    const resources = typeNames.flatMap((type) => [...(build.current?.resources[type].values() ?? [])]);
    assert.ok(resources.length > 0);
    const wrong = resources.flatMap((resource) => {
      const { type, name, sources } = resource;
      const routes = routesIn(resource).map((route) => [`${type} ${name} ${route.name}`, written(route).map(parseSource)] as const);
      return [[`${type} ${name}`, sources] as const, ...routes].flatMap(([what, all]) => {
        const lost = all.filter((source) => source === undefined || !leads(source, build));
        return all.length === 0 ? [`${what} has none`] : lost.map((source) => `${what}: ${source && printSource(source)}`);
      });
    });
    assert.deepEqual(wrong, []);
  });
