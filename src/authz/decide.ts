import type { AccessCheck } from '../model/authentication.ts';
import { mayPass } from './address.ts';
import type { BasicAuth } from './basic-auth.ts';
import { forbidden, type Outcome, unavailable } from './outcome.ts';
import type { UserLists } from './user-lists.ts';

/** What of a request is looked at. */
export interface AskedRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Checks {
  readonly users: UserLists;
  readonly basicAuth: BasicAuth;
}

/**
 * Asks one thing after the other, as nginx does in its access phase: all of them must pass, or with `anyOf` one.
 * https://nginx.org/en/docs/http/ngx_http_core_module.html#satisfy
 */
export async function decide(check: AccessCheck, request: AskedRequest, checks: Checks): Promise<Outcome> {
  const questions = questionsOf(check, request, checks);
  const passed: Outcome[] = [];
  const denied: Outcome[] = [];
  for (const ask of questions) {
    const outcome = await ask();
    (outcome.passed ? passed : denied).push(outcome);
    if (outcome.passed === (check.anyOf === true)) break;
  }
  // Without a question nobody has said that it may pass.
  if (questions.length === 0) return unavailable;
  if (check.anyOf === true ? passed.length === 0 : denied.length > 0) return mostTelling(denied);
  return join(passed, check);
}

function questionsOf(
  { addresses, passwords }: AccessCheck,
  { headers }: AskedRequest,
  { users, basicAuth }: Checks,
): readonly (() => Promise<Outcome>)[] {
  return [
    // The listener has set the header: it is the address behind the proxies that are trusted.
    ...(addresses === undefined ? [] : [async () => (mayPass(addresses, headers['x-real-ip']) ? { passed: true as const } : forbidden)]),
    ...(passwords === undefined
      ? []
      : [async () => passwordOutcome(await basicAuth.check(headers['authorization'], await users.get(passwords.users)), passwords.realm)]),
  ];
}

function passwordOutcome(verdict: Awaited<ReturnType<BasicAuth['check']>>, realm: string): Outcome {
  if (verdict === 'allowed') return { passed: true };
  if (verdict === 'unavailable') return unavailable;
  const challenge = { name: 'www-authenticate', value: `Basic realm="${realm.replaceAll(/["\\]/g, '\\$&')}"` };
  return { passed: false, status: 401, headers: [challenge], body: 'Authorization Required\n' };
}

/** A failure first, then who can be asked to say who he is, then the rest. */
function mostTelling(denied: readonly Outcome[]): Outcome {
  const rank = (outcome: Outcome): number => (outcome.passed ? 9 : outcome.status >= 500 ? 0 : outcome.status === 403 ? 2 : 1);
  return denied.toSorted((a, b) => rank(a) - rank(b))[0] ?? unavailable;
}

/** The backend never sees the password, as behind ingress-nginx. */
function join(passed: readonly Outcome[], { passwords }: AccessCheck): Outcome {
  const all = passed.flatMap((each) => (each.passed ? [each] : []));
  return {
    passed: true,
    set: all.flatMap(({ set = [] }) => set),
    remove: [...(passwords === undefined ? [] : ['authorization']), ...all.flatMap(({ remove = [] }) => remove)],
    answer: all.flatMap(({ answer = [] }) => answer),
  };
}
