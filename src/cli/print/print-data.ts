import type { Writable } from 'node:stream';

/** What is for programs. */
export type DataOutput = 'json' | 'yaml';

export async function printData(value: unknown, output: DataOutput, stream: Writable): Promise<void> {
  if (output === 'json') {
    stream.write(`${JSON.stringify(value ?? null, null, 2)}\n`);
    return;
  }
  const { stringify } = await import('./yaml.ts');
  stream.write(stringify(value ?? null, { aliasDuplicateObjects: false }));
}
