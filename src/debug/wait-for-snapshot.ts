import type { ProxyState } from '../ads/proxy-state.ts';
import type { DebugView } from './view.ts';

const usualSeconds = 30;
const mostSeconds = 300;
/** Envoys also go, of which no event tells. */
const lookMs = 1000;

export interface Wait {
  readonly version: number;
  readonly timeoutMs: number;
  /** Absent: of whatever fleet. */
  readonly fleet?: string | undefined;
}

/** As in `?wait=v215&timeout=60`. Undefined: nothing is waited for. */
export function readWait(
  wait: string | undefined,
  timeout: string | undefined,
  fleet: string | undefined,
): Wait | { readonly wrong: string } | undefined {
  if (wait === undefined) return undefined;
  const version = /^v?(\d{1,15})$/.exec(wait)?.[1];
  if (version === undefined) return { wrong: `wait=${wait} is not the number of a snapshot, such as 215.` };
  if (timeout !== undefined && !/^\d{1,6}$/.test(timeout)) return { wrong: `timeout=${timeout} is not a number of seconds.` };
  return { version: Number(version), timeoutMs: Math.min(Number(timeout ?? usualSeconds), mostSeconds) * 1000, fleet };
}

/** The Envoys whose acceptance counts. */
export function waitedFor(view: DebugView, { fleet }: Wait): readonly ProxyState[] {
  return view.proxies().filter((proxy) => fleet === undefined || proxy.fleet === fleet);
}

/** Whether every connected Envoy came to run the snapshot in time. */
export function allRun(view: DebugView, wait: Wait): Promise<boolean> {
  const { version, timeoutMs } = wait;
  const done = (): boolean => {
    const proxies = waitedFor(view, wait);
    return proxies.length > 0 && proxies.every(({ accepted }) => accepted >= version);
  };
  if (done()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (answer: boolean): void => {
      unsubscribe?.();
      clearInterval(look);
      clearTimeout(end);
      resolve(answer);
    };
    const check = (): void => {
      if (done()) settle(true);
    };
    const unsubscribe = view.subscribe?.(check);
    const look = setInterval(check, lookMs).unref();
    const end = setTimeout(() => settle(done()), timeoutMs).unref();
  });
}
