import type { Route } from '../model/route.ts';
import { type Lost, lost } from './loss.ts';

/** `/api(/|$)(.*)` and what is usual like it. */
const usual = /^(?<prefix>(?:\/[A-Za-z0-9_~-]+)+)(?:\(\/\|\$\)|\/\?)\(\.\*\)$/;

/** A route with the expression that people write to replace a prefix, as one for that prefix: then it can be said what takes its place. */
export function plainPrefix(route: Route): { readonly route: Route; readonly losses: readonly Lost[] } {
  const { match, policy } = route;
  const path = policy?.rewrite?.path;
  const prefix = match.type === 'regex' ? usual.exec(match.path)?.groups?.['prefix'] : undefined;
  if (prefix === undefined || path?.type !== 'captures') return { route, losses: [] };
  const [before, group, ...more] = path.target;
  const isRest = more.length === 0 && typeof before === 'string' && before.endsWith('/') && typeof group === 'number';
  if (!isRest) return { route, losses: [] };
  return {
    route: {
      ...route,
      match: { type: 'prefix', path: prefix },
      policy: { ...policy, rewrite: { ...policy?.rewrite, path: { type: 'prefix', path: before === '/' ? '/' : before.slice(0, -1) } } },
    },
    losses: [
      lost('match', `The expression ${match.path} is written as the prefix ${prefix}, in small and capital letters as they stand.`),
      lost('rewrite', `What is behind ${prefix} follows ${before}, as before.`),
    ],
  };
}
