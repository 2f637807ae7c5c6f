import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { Rule } from './account.ts';

/** The rules of the ClusterRoles in manifests, which are what an administrator would give to Naru; those for who reads its pages are not about resources. */
export function clusterRules(...files: readonly string[]): readonly Rule[] {
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(file, 'utf8')).flatMap((document) => {
      const { kind, rules } = document.toJS() as { readonly kind: string; readonly rules: readonly Rule[] };
      return kind === 'ClusterRole' ? rules.filter(({ resources }) => resources !== undefined) : [];
    }),
  );
}
