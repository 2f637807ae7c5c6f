// Every annotation that acts is shown: in a golden case with a value that can be read and with one that cannot, and through a real Envoy.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { Family } from '../../src/ingress/annotations/family.ts';
import type { Field } from '../../src/ingress/annotations/field.ts';
import { families } from '../../src/ingress/annotations/index.ts';

const prefix = 'nginx.ingress.kubernetes.io/';

const acting = Object.values<Family<unknown>>(families)
  .flatMap(({ fields }) => Object.entries<Field<unknown>>(fields))
  .filter(([, { support }]) => support.level !== 'reported');

/** Values by annotation, of all golden cases. */
const written = new Map<string, Set<string>>();
for (const file of globSync('test/golden/**/given.yaml')) {
  for (const document of parseAllDocuments(readFileSync(file, 'utf8'), { version: '1.1' })) {
    const { metadata } = (document.toJSON() ?? {}) as { readonly metadata?: { readonly annotations?: Readonly<Record<string, unknown>> } };
    for (const [key, value] of Object.entries(metadata?.annotations ?? {})) {
      if (!key.startsWith(prefix)) continue;
      const name = key.slice(prefix.length);
      written.set(name, (written.get(name) ?? new Set()).add(String(value)));
    }
  }
}

const throughEnvoy = globSync('test/{envoy,cluster}/**/*.test.ts').map((file) => readFileSync(file, 'utf8'));

/** Names of the annotations for which this does not hold, under any of their names. */
function without(holds: (name: string, field: Field<unknown>) => boolean): readonly string[] {
  return acting.flatMap(([name, field]) => ([name, ...(field.aliases ?? [])].some((one) => holds(one, field)) ? [] : [name]));
}

function isWritten(name: string, { grammar }: Field<unknown>, readable: boolean): boolean {
  return [...(written.get(name) ?? [])].some((value) => grammar.parse(value.trim()).ok === readable);
}

describe('every annotation that acts', () => {
  test('stands in a golden case with a value that can be read', () => {
    assert.deepEqual(
      without((name, field) => isWritten(name, field, true)),
      [],
    );
  });

  test('stands in a golden case with a value that cannot be read', () => {
    assert.deepEqual(
      without((name, field) => isWritten(name, field, false)),
      [],
    );
  });

  test('goes through a real Envoy, unless it changes nothing there', () => {
    const shown = (name: string): boolean => throughEnvoy.some((text) => text.includes(`'${name}'`) || text.includes(`/${name}\``));
    assert.deepEqual(
      without(
        (name, { inert }) => inert === true || shown(name) || throughEnvoy.some((text) => new RegExp(`(?<![\\w-])${name}:`).test(text)),
      ),
      [],
    );
  });
});
