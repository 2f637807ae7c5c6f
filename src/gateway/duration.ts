const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** Seconds of a duration such as `1h30m` or `500ms`. https://gateway-api.sigs.k8s.io/geps/gep-2257/ */
export function secondsOf(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)(ms|h|m|s)/g)].map(([, number = '0', unit = 's']) => Number(number) * (units[unit] ?? 1));
  return Math.round(parts.reduce((sum, part) => sum + part, 0) * 1000) / 1000;
}
