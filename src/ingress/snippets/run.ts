import type { Template } from '../../model/template.ts';
import { joinPolicies, type AddressRules } from '../../model/route-policy.ts';
import type { Conditions } from '../../model/route.ts';
import { type Constants, parseTemplate } from '../nginx/variables.ts';
import { type Edits, joinConditions, type SnippetCase } from './case.ts';
import { readCondition } from './condition.ts';
import { type DirectiveRow, directiveRows, harmless } from './directives.ts';
import { type Decided, isDecided } from './decided.ts';
import { rewritten, returned, type Sending } from './sending.ts';
import type { Directive } from './syntax.ts';

/** A directive that is not read. */
export interface Unread {
  readonly directive: Directive;
  readonly why: string;
  /** Without it more may get through than was to. */
  readonly protects: boolean;
  /** Something is done for it all the same. */
  readonly replaced: boolean;
}

export interface Outcome {
  /** A request is treated as the first of them says whose conditions it is of; the last has none. */
  readonly cases: readonly SnippetCase[];
  readonly unread: readonly Unread[];
}

/** A snippet of many conditions that do not exclude each other comes to more. */
const mostCases = 32;

interface State {
  readonly conditions: Conditions;
  readonly decided: Decided;
  readonly variables: Readonly<Record<string, string | Template>>;
  /** Those of blocks that are gone through. */
  readonly standing: readonly Directive[];
}

/**
 * Goes through a snippet for all requests at once: `set`, `if`, `return` and `rewrite` in their order, as nginx does in its rewrite phase,
 * and then the others. An `if` on something of the request divides the cases in two.
 * https://nginx.org/en/docs/http/ngx_http_rewrite_module.html
 */
export function runSnippet(directives: readonly Directive[], constants: Constants): Outcome {
  return new Run(directives).outcome(constants);
}

/** The directives of the rewrite module: form, and what becomes of them. */
export const orderedDirectives: Readonly<Record<string, { readonly form: string; readonly doc: string }>> = {
  set: { form: 'set $NAME VALUE;', doc: 'Gives a variable a value, for what comes behind it and for headers.' },
  if: {
    form: 'if ($NAME [=|!=|~|~*|!~|!~* VALUE]) { … }',
    doc: 'Compares a variable with a text or a regular expression of RE2: of `set`, a header, cookie or query parameter, or `$request_method`, `$scheme`, `$host`, `$http_host`, `$uri`, `$document_uri`, `$request_uri`, `$args`, `$query_string`. Paths are compared as Envoy has made them, without `.`, `..` and `//`. What stands in the block holds beside what stands outside of it.',
  },
  return: {
    form: 'return STATUS [TEXT|URL]; or return URL;',
    doc: 'Answers at once, before a redirect to https and before anybody is asked for a password. The text is at most 4000 bytes and without variables; 444 is a status like others.',
  },
  rewrite: {
    form: 'rewrite EXPRESSION URL redirect|permanent;',
    doc: 'Sends clients elsewhere. `$1` can be used of expressions for the whole path, such as `^/(.*)$`.',
  },
  location: {
    form: 'location [=|~|~*|^~] PATH { … }',
    doc: 'In `server-snippet` alone, where all of it is answered by `return` or `deny all`. Regular expressions come before the paths of Ingresses, other locations where they are longer.',
  },
  break: { form: 'break;', doc: 'Ends the conditions.' },
};

const ordered = new Set(['set', 'if', 'return', 'rewrite', 'break']);

class Run {
  readonly #directives: readonly Directive[];
  readonly #unread = new Map<Directive, Unread>();
  #cases = 0;

  constructor(directives: readonly Directive[]) {
    this.#directives = directives;
  }

  outcome(constants: Constants): Outcome {
    const start: State = {
      conditions: {},
      decided: [],
      variables: constants,
      standing: this.#directives.filter(({ name }) => !ordered.has(name)),
    };
    const cases = this.#go(
      this.#directives.filter(({ name }) => ordered.has(name)),
      start,
    );
    const [first] = this.#directives;
    if (this.#cases > mostCases && first !== undefined) {
      this.#note(first, `its conditions come to more than ${mostCases} cases`, true);
      return { cases: [{ conditions: {}, policy: {} }], unread: [...this.#unread.values()] };
    }
    const unread = [...this.#unread.values()].toSorted(
      (a, b) => a.directive.line - b.directive.line || a.directive.column - b.directive.column,
    );
    return { cases, unread };
  }

  #note(directive: Directive, why: string, protects: boolean, replaced = false): void {
    this.#unread.set(directive, { directive, why, protects, replaced });
  }

  #go([directive, ...rest]: readonly Directive[], state: State): readonly SnippetCase[] {
    // What comes of it is not used then.
    if ((this.#cases += directive === undefined ? 1 : 0) > mostCases) return [];
    if (directive === undefined || directive.name === 'break') return [{ conditions: state.conditions, policy: this.#policy(state) }];
    if (directive.name === 'if') return this.#branch(directive, rest, state);
    if (directive.name === 'set') return this.#go(rest, this.#assign(directive, state));
    const sendings = directive.name === 'return' ? returned(directive.words, state.variables) : rewritten(directive.words, state.variables);
    if (typeof sendings !== 'string') return this.#send(sendings, rest, state);
    this.#note(directive, sendings, true);
    return this.#go(rest, state);
  }

  #send([sending, ...others]: readonly Sending[], rest: readonly Directive[], state: State): readonly SnippetCase[] {
    if (sending === undefined) return this.#go(rest, state);
    const conditions = joinConditions(state.conditions, sending.when ?? {});
    const { responseHeaders } = this.#policy(state);
    const sent = { conditions, policy: responseHeaders === undefined ? {} : { responseHeaders }, answer: sending.answer };
    return sending.when === undefined ? [sent] : [sent, ...this.#send(others, rest, state)];
  }

  #assign(directive: Directive, state: State): State {
    const [variable = '', text = '', ...others] = directive.words;
    const name = /^\$(\w+)$/.exec(variable)?.[1];
    const parsed = parseTemplate(text, state.variables);
    if (name === undefined || others.length > 0 || !parsed.ok) {
      this.#note(directive, parsed.ok ? 'it is not "set $name value;"' : parsed.message, true);
      return state;
    }
    return { ...state, variables: { ...state.variables, [name]: parsed.value } };
  }

  #branch(directive: Directive, rest: readonly Directive[], state: State): readonly SnippetCase[] {
    const { words, body = [] } = directive;
    const within = (from: State): State => ({ ...from, standing: [...from.standing, ...body.filter(({ name }) => !ordered.has(name))] });
    const inside = [...body.filter(({ name }) => ordered.has(name)), ...rest];
    const reading = readCondition(words, state.variables);
    if (reading.type === 'unread') {
      this.#note(directive, reading.why, body.some(isProtection));
      return this.#go(rest, state);
    }
    if (reading.type === 'known') return reading.holds ? this.#go(inside, within(state)) : this.#go(rest, state);
    const open = reading.anyOf.filter((one) => isDecided(one, state.decided) !== false);
    const certain = reading.anyOf.some((one) => isDecided(one, state.decided) === true);
    const held = (from: State): readonly SnippetCase[] => (reading.not ? this.#go(rest, from) : this.#go(inside, within(from)));
    const failed = (from: State): readonly SnippetCase[] => (reading.not ? this.#go(inside, within(from)) : this.#go(rest, from));
    if (certain) return held(state);
    const cases = open.flatMap((condition) =>
      held({
        ...state,
        conditions: joinConditions(state.conditions, condition),
        decided: [...state.decided, { condition, holds: true }],
      }),
    );
    const not = open.map((condition) => ({ condition, holds: false }));
    return [...cases, ...failed({ ...state, decided: [...state.decided, ...not] })];
  }

  /** What stands there without an order holds with the variables as they are in the end. */
  #policy({ standing, variables }: State): SnippetCase['policy'] {
    const edits: Edits[] = [];
    const addresses: { readonly rule: 'allow' | 'deny'; readonly network: string }[] = [];
    for (const directive of standing) {
      const { name, words, body } = directive;
      const row = rowOf(name);
      if (row === undefined || body !== undefined) {
        this.#note(directive, 'Naru does not read it', !harmless.has(name));
        continue;
      }
      const effect = row.read(words, variables);
      if (effect.type === 'unread') this.#note(directive, effect.why, row.protects === true, effect.instead !== undefined);
      if (effect.type === 'addresses') addresses.push(effect);
      if (effect.type === 'edits') edits.push(effect.edits);
      if (effect.type === 'unread' && effect.instead !== undefined) edits.push(effect.instead);
    }
    const clientAddresses = addressRules(addresses);
    return { ...joinPolicies(edits), ...(clientAddresses && { clientAddresses }) };
  }
}

function rowOf(name: string): DirectiveRow | undefined {
  return Object.hasOwn(directiveRows, name) ? directiveRows[name] : undefined;
}

/** Whether it may keep somebody out who would get through without it. */
function isProtection({ name, body = [] }: Directive): boolean {
  if (name === 'if') return body.some(isProtection);
  const row = rowOf(name);
  return row === undefined ? !harmless.has(name) : row.protects === true;
}

/** The first that names a client decides. https://nginx.org/en/docs/http/ngx_http_access_module.html */
function addressRules(rules: readonly { readonly rule: 'allow' | 'deny'; readonly network: string }[]): AddressRules | undefined {
  const last = rules.findIndex(({ network }) => network === 'all');
  const before = last === -1 ? rules : rules.slice(0, last);
  const of = (rule: 'allow' | 'deny'): readonly string[] => before.filter((one) => one.rule === rule).map(({ network }) => network);
  const deny = of('deny');
  if (rules[last]?.rule === 'deny') return { allow: of('allow'), ...(deny.length > 0 && { deny }) };
  return deny.length === 0 ? undefined : { deny };
}
