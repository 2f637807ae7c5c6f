import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../../model/problem.ts';
import type { KubeEvent } from '../event.ts';
import type { KubeObject } from '../objects.ts';
import { placed } from '../read.ts';
import { type Content, type Entry, type FileState, nextState } from './file-state.ts';
import { rank } from './ranks.ts';

/** A file that was saved, or that went (`undefined`). */
export interface Change {
  readonly file: string;
  readonly content: Content | undefined;
}

interface Published {
  readonly entry: Entry;
  readonly object: KubeObject;
  readonly order: number;
}

/** All files of a folder and what was said of them. It does no I/O: changes go in, events come out. */
export class FolderContents {
  #files: ReadonlyMap<string, FileState> = new Map();
  #published = new Map<string, Published>();
  #problems = new Map<string, readonly Problem[]>();

  file(name: string): FileState | undefined {
    return this.#files.get(name);
  }

  fileNames(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** The places of an object, the one that counts first. */
  entriesOf(kind: string, key: string): readonly Entry[] {
    const entries = [...this.#files.values()].flatMap((state) => state.entries);
    return entries.filter((entry) => entry.kind === kind && entry.key === key);
  }

  update(changes: readonly Change[]): readonly KubeEvent[] {
    const causes = this.#replace(changes);
    const claims = this.#claims();
    return [...this.#publish(claims, causes), ...this.#problemsNow(claims)];
  }

  /** Puts the new states in, and says which file touched which object. */
  #replace(changes: readonly Change[]): ReadonlyMap<string, string> {
    const files = new Map(this.#files);
    const causes = new Map<string, string>();
    for (const { file, content } of changes) {
      const former = files.get(file);
      const next = content === undefined ? undefined : nextState(file, content, former);
      if (next === undefined) files.delete(file);
      else files.set(file, next);
      for (const entry of [...(next?.entries ?? []), ...(former?.entries ?? [])]) {
        if (!causes.has(idOf(entry))) causes.set(idOf(entry), file);
      }
    }
    this.#files = new Map([...files].toSorted(([one], [other]) => (one < other ? -1 : 1)));
    return causes;
  }

  /** By object, the entries that could be it, in the order of files and documents. */
  #claims(): ReadonlyMap<string, readonly [Entry, ...Entry[]]> {
    const claims = new Map<string, [Entry, ...Entry[]]>();
    for (const { entries } of this.#files.values()) {
      for (const entry of entries) {
        if (entry.object === undefined) continue;
        const others = claims.get(idOf(entry));
        if (others === undefined) claims.set(idOf(entry), [entry]);
        else others.push(entry);
      }
    }
    return claims;
  }

  /** Objects keep the order that they have been published with, as long as they stay in their file. */
  #orders(claims: ReadonlyMap<string, readonly [Entry, ...Entry[]]>): readonly number[] {
    const former = [...claims].map(([id, [{ file }]]) => {
      const published = this.#published.get(id);
      return published?.entry.file === file ? published.order : undefined;
    });
    return rank(former);
  }

  *#publish(claims: ReadonlyMap<string, readonly [Entry, ...Entry[]]>, causes: ReadonlyMap<string, string>): Iterable<KubeEvent> {
    const orders = this.#orders(claims).values();
    for (const [id, [entry]] of claims) {
      const { kind, key, file, object } = entry;
      const order = orders.next().value ?? 0;
      const former = this.#published.get(id);
      const same = former !== undefined && former.order === order && former.entry.file === file && isDeepStrictEqual(former.object, object);
      if (same || object === undefined) continue;
      this.#published.set(id, { entry, object, order });
      const origin = { file, line: entry.manifest.line, order };
      yield { type: 'upsert', kind, key, object: placed(object, origin), cause: causes.get(id) ?? file };
    }
    for (const [id, { entry }] of this.#published) {
      if (claims.has(id)) continue;
      this.#published.delete(id);
      yield { type: 'delete', kind: entry.kind, key: entry.key, cause: causes.get(id) ?? entry.file };
    }
  }

  *#problemsNow(claims: ReadonlyMap<string, readonly [Entry, ...Entry[]]>): Iterable<KubeEvent> {
    const now = new Map<string, Problem[]>();
    for (const { file, problems } of this.#files.values()) now.set(file, [...problems]);
    for (const [first, ...others] of claims.values()) {
      for (const other of others) now.get(other.file)?.push(duplicate(first, other));
    }
    for (const file of new Set([...now.keys(), ...this.#problems.keys()])) {
      const problems = now.get(file) ?? [];
      if (isDeepStrictEqual(problems, this.#problems.get(file) ?? [])) continue;
      if (problems.length === 0) this.#problems.delete(file);
      else this.#problems.set(file, problems);
      yield { type: 'problems', origin: file, problems };
    }
  }
}

function idOf({ kind, key }: Entry): string {
  return `${kind} ${key}`;
}

function duplicate(first: Entry, other: Entry): Problem {
  const { name, namespace } = (other.object as KubeObject).metadata;
  const [one, two] = [first, other].map(({ file, manifest }) => `${file}:${manifest.line}`);
  return {
    code: 'NR104',
    severity: 'warning',
    source: { kind: other.kind, namespace, name },
    message: `${other.kind} ${other.key} stands in ${one} and again in ${two}.`,
    done: `The one in ${one} counts.`,
    fix: 'Delete or rename one of them.',
  };
}
