import type { Findings } from './findings.ts';

/** For programs. Lines and columns count from 1; `endColumn` is the one after the last. */
export function lintData({ findings, counts, objects, files }: Findings): object {
  const rows = findings.map(({ problem, file, location }) => {
    const { code, severity, source, message, done, fix } = problem;
    const { line, column, width } = location ?? {};
    const place = line === undefined || column === undefined || width === undefined ? {} : { line, column, endColumn: column + width };
    return { code, severity, ...source, message, done, fix, file, ...place };
  });
  return { findings: rows, counts, objects, files };
}
