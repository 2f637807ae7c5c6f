import type { Hot } from './profiler.ts';
import { printTable } from './report.ts';

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** The functions with the most time in themselves, and Naru's own with the most time in all. */
export function printHottest(title: string, hot: readonly Hot[]): void {
  const rows = (list: readonly Hot[]) => list.map(({ where, self, total }) => ({ self: percent(self), total: percent(total), where }));
  if (hot.length === 0) return;
  printTable(`${title}: in itself`, rows(hot.slice(0, 12)));
  const own = hot.filter(({ where }) => where.includes(' src/')).toSorted((a, b) => b.total - a.total);
  printTable(`${title}: with all that it calls`, rows(own.slice(0, 16)));
}
