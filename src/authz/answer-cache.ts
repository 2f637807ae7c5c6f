import type { AnswerCache } from '../model/authentication.ts';
import { Kept } from './kept.ts';
import type { ServiceAnswer } from './service-client.ts';

/** Answers of services that hold for a while, by the key of their request. */
export class RememberedAnswers {
  readonly #answers = new Kept<ServiceAnswer>();

  get(key: string, now: number): ServiceAnswer | undefined {
    return this.#answers.get(key, now);
  }

  add(key: string, answer: ServiceAnswer, { times }: AnswerCache, now: number): void {
    const seconds = lifetime(answer, times);
    if (seconds > 0) this.#answers.add(key, answer, now + seconds * 1000, now);
  }
}

/**
 * Seconds for which an answer may be remembered: what it says itself comes first, and one with a cookie is for one client alone.
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_valid
 */
function lifetime({ status, headers }: ServiceAnswer, times: AnswerCache['times']): number {
  if (headers['set-cookie'] !== undefined || headers['vary'] === '*') return 0;
  const control = headers['cache-control'] ?? '';
  if (/(?:^|[ ,])(?:no-cache|no-store|private)(?:$|[ ,=])/i.test(control)) return 0;
  const age = /(?:^|[ ,])(?:s-maxage|max-age)=(?<age>\d{1,9})/i.exec(control)?.groups?.['age'];
  if (age !== undefined) return Number(age);
  return times.find(({ statuses }) => statuses === undefined || statuses.includes(status))?.seconds ?? 0;
}
