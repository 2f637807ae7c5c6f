import { RE2JS, RE2JSSyntaxException } from 're2js';

/** A path as a regular expression: what RE2 says of it. */
export type ExpressionReading =
  | { readonly ok: true; readonly groups: number }
  /** `column`: of the first character that cannot be read, from 1; absent: it is the whole. */
  | { readonly ok: false; readonly message: string; readonly column?: number; readonly fix: string };

/** Characters. */
const longest = 1024;
/** Steps of the program that RE2 makes of an expression. An expression with a few groups has some dozens. */
const mostSteps = 1000;

const syntax = 'Write it in the syntax of RE2, https://github.com/google/re2/wiki/Syntax';

/** What PCRE knows and RE2 does not, by the text at which RE2 gives up. */
const foreign: readonly { readonly at: RegExp; readonly what: string; readonly fix: string }[] = [
  {
    at: /^\(\?<?[=!]/,
    what: 'it looks around',
    fix: 'Write what is to match; what is not to match gets a longer path of its own, which comes first.',
  },
  { at: /^\\[1-9]/, what: 'it refers back to a group', fix: 'Write out what the group may hold once more.' },
  { at: /^\(\?>/, what: 'it has an atomic group', fix: 'Write (?: in place of (?>; RE2 never goes back.' },
  { at: /^[*+?}]\+/, what: 'it has a possessive repetition', fix: 'Leave out the second "+"; RE2 never goes back.' },
  { at: /^\\x\{/, what: 'it names a character by a number beyond ff', fix: 'Write the character as URLs have it, such as %C3%A9.' },
  { at: /^\{/, what: 'it repeats more than 1000 times', fix: 'Write * or +.' },
];

const known = new Map<string, ExpressionReading>();

/** The same expressions come again with every change of their host. */
export function readExpression(path: string): ExpressionReading {
  const before = known.get(path);
  if (before !== undefined) return before;
  if (known.size >= 10_000) known.clear();
  const reading = compile(path);
  known.set(path, reading);
  return reading;
}

/** Envoy compiles it with more around it; what ends a group or quotes what follows must not get there. */
function compile(path: string): ExpressionReading {
  if (path.length > longest) {
    return { ok: false, message: `it has ${path.length} characters, more than ${longest}`, fix: 'Write a shorter path.' };
  }
  // What repeats in what repeats would take a second and much memory to compile.
  const least = writtenOut(path);
  if (least > 2 * mostSteps) return tooLong(least);
  // Envoy reads expressions byte by byte.
  const [wide] = path.match(/\\x\{0*[1-9a-f][\da-f]{2,}\}/i) ?? [];
  if (wide !== undefined) return syntaxError(path, wide);
  try {
    const groups = RE2JS.compile(path).groupCount();
    const steps = RE2JS.compile(`(?i)(?:${path})(?s:.*)`).programSize();
    if (steps <= mostSteps) return { ok: true, groups };
    return tooLong(steps);
  } catch (error) {
    return error instanceof RE2JSSyntaxException ? syntaxError(path, error.getPattern(), error.getDescription()) : syntaxError(path, null);
  }
}

function tooLong(steps: number): ExpressionReading {
  const message = `it takes ${steps} steps to match, more than ${mostSteps}`;
  return { ok: false, message, fix: 'Repeat less: {m,n} writes out what it repeats.' };
}

/** How many characters an expression has when its `{m,n}` are written out. */
function writtenOut(path: string): number {
  const outer = { size: 0, last: 0 };
  const groups = [outer];
  for (const { 0: token, 1: least = '', 2: most } of path.matchAll(/\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(\d+)(?:,(\d*))?\}|[^]/gsu)) {
    const inner = groups.at(-1) ?? outer;
    const times = least === '' ? undefined : Math.max(Number(least), Number(most ?? 0), 1);
    if (times !== undefined) {
      inner.size += inner.last * (times - 1);
      inner.last *= times;
    } else if (token === '(') {
      groups.push({ size: 1, last: 0 });
    } else if (token === ')' && groups.length > 1) {
      groups.pop();
      const around = groups.at(-1) ?? outer;
      around.size += inner.size;
      around.last = inner.size;
    } else {
      inner.size += 1;
      inner.last = 1;
    }
  }
  return groups.reduce((sum, { size }) => sum + size, 0);
}

/** `fragment`: the text at which RE2 gave up, if it says so. */
function syntaxError(path: string, fragment: string | null, description = 'it does not stand for itself'): ExpressionReading {
  const at = columnOf(path, fragment);
  const text = at === undefined ? '' : path.slice(at);
  const { what, fix } = foreign.find((one) => one.at.test(text)) ?? { what: undefined, fix: `${syntax}.` };
  const message = what === undefined ? `RE2 cannot read it, ${description}` : `${what}, which RE2 cannot`;
  return { ok: false, message, ...(at === undefined ? {} : { column: Array.from(path.slice(0, at)).length + 1 }), fix };
}

/** Escapes and classes are passed over as wholes, so that what they hold is not taken for more than it is. */
function columnOf(path: string, fragment: string | null): number | undefined {
  let open = 0;
  for (const { 0: token, index } of path.matchAll(/\\.|\[\^?\]?(?:\\.|\[:|[^\]\\])*\]|[^]/gsu)) {
    if (fragment !== null && fragment !== path && path.startsWith(fragment, index)) return index;
    if (token === '(') open += 1;
    if (token === ')' && (open -= 1) < 0) return index;
  }
  const inside = fragment === null || fragment === path ? -1 : path.indexOf(fragment);
  return inside === -1 ? undefined : inside;
}

/**
 * The whole segments that everything begins with which an expression may match, as an expression: `/api/` of `/api/(?!v1)x`.
 * Undefined: there are none.
 */
export function plainBeginning(path: string): string | undefined {
  if (hasAlternatives(path)) return undefined;
  const [plain = ''] = /^(?:\\[^A-Za-z0-9]|[A-Za-z0-9/_~%&=:@!,;'.-])*/.exec(path) ?? [];
  const characters: readonly string[] = plain.match(/\\?./gs) ?? [];
  const isSlash = (character: string | undefined): boolean => character === '/' || character === '\\/';
  // What is repeated may be missing.
  const isRepeated = /^[*?{]/.test(path.slice(plain.length));
  const whole = isRepeated && isSlash(characters.at(-1)) ? characters.length - 1 : characters.findLastIndex(isSlash) + 1;
  const beginning = characters.slice(0, whole).join('');
  return beginning.length > 1 ? beginning : undefined;
}

/** Whether there may be a `|` outside of all groups. */
function hasAlternatives(path: string): boolean {
  return path.replaceAll(/\([^()]*\)/g, '').includes('|');
}
