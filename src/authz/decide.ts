import type { AccessCheck } from '../model/authentication.ts';
import { mayPass } from './address.ts';
import { askService, type Services } from './ask-service.ts';
import { type AskedRequest, clientAddressOf } from './asked-request.ts';
import type { BasicAuth } from './basic-auth.ts';
import { forbidden, type Outcome, unavailable } from './outcome.ts';
import type { UserLists } from './user-lists.ts';

export interface Checks {
  readonly users: UserLists;
  readonly basicAuth: BasicAuth;
  readonly services: Services;
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
  { addresses, passwords, service, clientVerified }: AccessCheck,
  request: AskedRequest,
  { users, basicAuth, services }: Checks,
): readonly (() => Promise<Outcome>)[] {
  return [
    ...(addresses === undefined
      ? []
      : [async () => (mayPass(addresses, clientAddressOf(request)) ? { passed: true as const } : forbidden)]),
    ...(passwords === undefined
      ? []
      : [
          async () =>
            passwordOutcome(await basicAuth.check(request.headers['authorization'], await users.get(passwords.users)), passwords.realm),
        ]),
    ...(service === undefined ? [] : [() => askService(service, request, { ...services, ...(clientVerified && { clientVerified }) })]),
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

/** The backend never sees the password, as behind ingress-nginx, nor what only a service that was not asked could have said. */
function join(passed: readonly Outcome[], { passwords, service }: AccessCheck): Outcome {
  const all = passed.flatMap((each) => (each.passed ? [each] : []));
  const set = all.flatMap((each) => each.set ?? []);
  const said = new Set(set.map(({ name }) => name));
  return {
    passed: true,
    set,
    remove: [...(passwords === undefined ? [] : ['authorization']), ...(service?.answerHeaders ?? [])].filter((name) => !said.has(name)),
    answer: all.flatMap(({ answer = [] }) => answer),
  };
}
