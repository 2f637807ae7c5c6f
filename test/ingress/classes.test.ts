// Which Ingresses are served, by each of the settings that say so.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultIngressOptions, type IngressOptions } from '../../src/ingress/options.ts';
import type { Ingress, IngressClass } from '../../src/kube/objects.ts';
import { Build } from '../../src/runtime/build.ts';
import { buildOptions } from '../support/build.ts';
import { ingress, metadata, remove, service, synced, upsert } from '../support/objects.ts';

function ingressClass(name: string, controller: string): IngressClass {
  return { kind: 'IngressClass', metadata: metadata(name, { namespace: '' }), spec: { controller } };
}

const ours = ingressClass('ours', 'naru.io/ingress-controller');
const nginx = ingressClass('nginx', 'k8s.io/ingress-nginx');
const other = ingressClass('other', 'example.com/controller');

function withClass({ field, annotation }: { readonly field?: string; readonly annotation?: string }): Ingress {
  const annotations = annotation === undefined ? {} : { 'kubernetes.io/ingress.class': annotation };
  const { spec, ...rest } = ingress({ name: 'web', host: 'web.test', paths: [{ path: '/', service: 'web' }], metadata: { annotations } });
  const { ingressClassName: _, ...others } = spec;
  return { ...rest, spec: field === undefined ? others : { ...others, ingressClassName: field } };
}

const start = (options: Partial<IngressOptions>): Build =>
  new Build({ ...buildOptions, ingress: { ...defaultIngressOptions, ...options } });
const serves = (build: Build): boolean => build.model.virtualHosts.get('web.test') !== undefined;

const takeOver = { controllerClass: 'k8s.io/ingress-nginx', ingressClass: 'nginx' };
const byName = { ingressClass: 'other', ingressClassByName: true };

/** What the Ingress says, whether it is served, and what is said of it. */
const cases: readonly (readonly [Partial<IngressOptions>, Parameters<typeof withClass>[0], boolean, string?])[] = [
  [{}, { field: 'ours' }, true],
  [{}, { field: 'other' }, false],
  [{}, { field: 'nginx' }, false],
  [{}, { field: 'missing' }, false, 'NR110'],
  [{}, { annotation: 'naru' }, true],
  [{}, { annotation: 'nginx' }, false],
  [{}, {}, false, 'NR111'],
  // The field decides where it is set.
  [{}, { field: 'other', annotation: 'naru' }, false],
  [{}, { field: 'ours', annotation: 'nginx' }, true],
  [takeOver, { field: 'nginx' }, true],
  [takeOver, { field: 'ours' }, false],
  [takeOver, { annotation: 'nginx' }, true],
  [takeOver, { annotation: 'naru' }, false],
  [byName, { field: 'other' }, true],
  [byName, { field: 'ours' }, true],
  [byName, { field: 'nginx' }, false],
  [{ ...byName, ingressClass: 'missing' }, { field: 'missing' }, false, 'NR110'],
  [{ watchIngressWithoutClass: true }, {}, true],
  [{ watchIngressWithoutClass: true }, { field: 'other' }, false],
  [{ watchIngressWithoutClass: true }, { annotation: 'nginx' }, false],
];

describe('an Ingress', () => {
  for (const [options, says, expected, code] of cases) {
    test(`${JSON.stringify(says)} with ${JSON.stringify(options)} is ${expected ? '' : 'not '}served`, () => {
      const build = start(options);
      build.apply([ours, nginx, other, withClass(says), service('web')].map(upsert).concat(synced));
      assert.equal(serves(build), expected);
      assert.deepEqual(
        build.problems().map((problem) => problem.code),
        code === undefined ? [] : [code],
      );
    });
  }

  test('follows its class, which appears, changes its controller, and goes', () => {
    const build = start({});
    build.apply([withClass({ field: 'late' }), service('web')].map(upsert).concat(synced));
    assert.equal(serves(build), false);
    for (const [event, expected] of [
      [upsert(ingressClass('late', 'naru.io/ingress-controller')), true],
      [upsert(ingressClass('late', 'example.com/controller')), false],
      [upsert(ingressClass('late', 'naru.io/ingress-controller')), true],
      [remove(ingressClass('late', '')), false],
    ] as const) {
      build.apply([event]);
      assert.equal(serves(build), expected);
    }
  });

  test('with a default backend is left out where these are turned off, with all its rules', () => {
    const build = start({ disableCatchAll: true });
    const sketch = { host: 'web.test', paths: [{ path: '/', service: 'web' }] };
    const catchAll = ingress({ ...sketch, name: 'all', defaultService: 'web' });
    build.apply([{ ...ours, metadata: metadata('naru', { namespace: '' }) }, catchAll, service('web')].map(upsert).concat(synced));
    assert.equal(serves(build), false);
    assert.equal(build.model.virtualHosts.get('*'), undefined);
    assert.deepEqual(
      build.problems().map(({ code, source }) => `${code} ${source.name} ${source.field}`),
      ['NR112 all spec.defaultBackend'],
    );
    build.apply([upsert(ingress({ ...sketch, name: 'all' }))]);
    assert.equal(serves(build), true);
  });
});
