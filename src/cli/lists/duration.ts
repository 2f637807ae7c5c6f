/** Milliseconds as `0.4 ms`, `61 ms`, `1.2 s`, `14m`, `3d4h`; `-` where there are none. */
export function printMs(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '-';
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${Math.round(ms / 100) / 10} s`;
  const minutes = Math.floor(ms / 60_000);
  const [hours, days] = [Math.floor(minutes / 60), Math.floor(minutes / 1440)];
  if (hours < 1) return `${minutes}m`;
  if (days < 1) return hours < 8 && minutes % 60 > 0 ? `${hours}h${minutes % 60}m` : `${hours}h`;
  return days < 8 && hours % 24 > 0 ? `${days}d${hours % 24}h` : `${days}d`;
}

/** How long ago that was, as kubectl's AGE says it. */
export function printAge(time: string, now: number): string {
  const ms = Math.max(0, now - Date.parse(time));
  return ms < 120_000 ? `${Math.floor(ms / 1000)}s` : printMs(ms);
}
