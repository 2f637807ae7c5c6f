import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Family } from '../../src/ingress/annotations/family.ts';
import { families } from '../../src/ingress/annotations/index.ts';
import { defaultConfig, knownKeys, readConfig } from '../../src/ingress/config/read-config.ts';
import { defaultsOf } from '../../src/ingress/config/tables.ts';
import { ingress, metadata, naruClass, remove, service, slice, upsert } from '../support/objects.ts';
import type { ConfigMap } from '../../src/kube/objects.ts';
import { buildOptions, built } from '../support/build.ts';
import { ingressNginxKeys } from './configmap-keys.ts';

const key = 'shop/naru';

function configMap(data: Readonly<Record<string, string>>): ConfigMap {
  return { kind: 'ConfigMap', metadata: metadata('naru'), data };
}

function read(data: Readonly<Record<string, string>>) {
  return readConfig(key, configMap(data), () => false);
}

function complaints(data: Readonly<Record<string, string>>) {
  return read(data).problems.map(({ code, source, fix }) => ({ code, field: source.field, fix }));
}

describe('the ConfigMap', () => {
  test('every key of ingress-nginx is known, and no other', () => {
    assert.deepEqual([...knownKeys.keys()].sort(), [...ingressNginxKeys]);
  });

  test('every default can be written: read back, it is the default', () => {
    for (const [name, { setting }] of knownKeys) {
      const { shown = String(setting.fallback), grammar, fallback } = setting;
      const parsed = grammar.parse(shown === 'none' ? '' : shown);
      assert.deepEqual({ name, ...parsed }, { name, ok: true, value: fallback });
    }
  });

  test('a key that is the default of an annotation has its type', () => {
    const fields = Object.assign(
      {},
      ...Object.values<Family<unknown>>(families).map((family) => family.fields),
    ) as Family<unknown>['fields'];
    const acting = [...knownKeys].flatMap(([name, { setting, support }]) => {
      const field = support.type === 'annotation' && support.annotation === name ? fields[name] : undefined;
      return field === undefined || field.support.level === 'reported'
        ? []
        : [{ name, of: setting.grammar.type, annotation: field.grammar.type }];
    });
    assert.ok(acting.length > 0);
    for (const { name, of, annotation } of acting) assert.deepEqual({ name, type: of }, { name, type: annotation });
  });

  test('retry-non-idempotent adds to what is said of proxy-next-upstream', () => {
    const conditions = (data: Readonly<Record<string, string>>) => defaultsOf(read(data).config)['proxy-next-upstream'];
    assert.equal(conditions({}), 'error timeout');
    assert.equal(conditions({ 'retry-non-idempotent': 'true' }), 'error timeout non_idempotent');
    assert.equal(conditions({ 'retry-non-idempotent': 'true', 'proxy-next-upstream': 'off' }), 'off non_idempotent');
  });

  test('a wrong value is reported and its default acts; the others hold', () => {
    const { config, problems } = read({ 'keep-alive': 'long', 'http-redirect-code': '418', 'hsts-max-age': '60' });
    assert.equal(config.connections['keep-alive'], 75);
    assert.equal(config.redirects['http-redirect-code'], 308);
    assert.equal(config.redirects['hsts-max-age'], 60);
    assert.deepEqual(
      problems.map(({ code, source, done }) => `${code} ${source.field} ${done}`),
      [
        'NR802 data.keep-alive The key was left out, which means "75".',
        'NR802 data.http-redirect-code The key was left out, which means "308".',
      ].sort(),
    );
  });

  test('an unknown key is reported with the nearest known one', () => {
    assert.deepEqual(complaints({ 'use-forwarded-header': 'true', 'x-y-z': '1' }), [
      { code: 'NR803', field: 'data.use-forwarded-header', fix: 'Did you mean "use-forwarded-headers"?' },
      { code: 'NR803', field: 'data.x-y-z', fix: 'Remove it; docs/configmap.md lists the keys.' },
    ]);
  });

  test('a key without effect is reported, once, with the reason; one that protects as an error', () => {
    const { problems } = read({ 'worker-processes': 'many', 'enable-modsecurity': 'true', 'proxy-request-buffering': 'off' });
    assert.deepEqual(
      problems.map(({ code, message }) => `${code} ${message}`),
      [
        'NR805 enable-modsecurity is not read: Envoy has no ModSecurity.',
        'NR804 proxy-request-buffering is the default of the annotation proxy-request-buffering, which Naru does not read yet.',
        "NR804 worker-processes is not read: it sizes nginx's own processes.",
      ],
    );
  });

  test('one that does not exist is reported, and every default acts', () => {
    const { config, problems } = readConfig(key, undefined, () => false);
    assert.deepEqual(config, defaultConfig);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['NR801'],
    );
  });

  test('is the default of annotations, live', () => {
    const build = built(
      [
        naruClass,
        service('web'),
        slice('web-1', 'web', ['10.0.0.1']),
        ingress({ name: 'plain', host: 'plain.test', paths: [{ path: '/', service: 'web' }] }),
        ingress({
          ...{ name: 'own', host: 'own.test', paths: [{ path: '/', service: 'web' }] },
          metadata: { annotations: { 'nginx.ingress.kubernetes.io/proxy-read-timeout': '300' } },
        }),
        configMap({ 'proxy-read-timeout': '120' }),
      ],
      { ...buildOptions, ingress: { ...buildOptions.ingress, configMap: key } },
    );
    const idle = (host: string) => build.model.virtualHosts.get(host)?.routes[0]?.policy?.timeouts?.idle;
    assert.deepEqual([idle('plain.test'), idle('own.test')], [120, 300]);
    build.apply([upsert(configMap({ 'proxy-read-timeout': '180' }))]);
    assert.deepEqual([idle('plain.test'), idle('own.test')], [180, 300]);
    build.apply([remove(configMap({}))]);
    assert.deepEqual([idle('plain.test'), idle('own.test')], [undefined, 300]);
    assert.deepEqual(
      build.problems().map(({ code }) => code),
      ['NR801'],
    );
  });
});
