import type { Key } from '../../store/table.ts';

/** The keys whose value is the name of another ConfigMap. */
const referring = ['proxy-set-headers', 'add-headers'];

/** ConfigMaps that the controller's ConfigMap refers to: they have to be watched, too. */
export function configReferences(data: Readonly<Record<string, string>>): readonly Key[] {
  return referring.flatMap((name) => {
    const key = data[name]?.trim() ?? '';
    return /^[a-z0-9-]+\/[a-z0-9.-]+$/.test(key) ? [key] : [];
  });
}
