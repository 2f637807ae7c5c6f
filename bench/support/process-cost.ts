import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * What another process costs, as the kernel counts it: the same for a server in any language. Linux only.
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export interface Cost {
  readonly cpuMs: number;
  readonly rssMb: number;
  /** The most memory since `resetPeak`. */
  readonly peakMb: number;
}

let ticksPerSecond: number | undefined;

export function costOf(pid: number): Cost {
  ticksPerSecond ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program stands in parentheses and may hold anything; user and system time are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuMs: ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1_000,
    rssMb: kilobytes(status, 'VmRSS') / 1_024,
    peakMb: kilobytes(status, 'VmHWM') / 1_024,
  };
}

export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function kilobytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
}
