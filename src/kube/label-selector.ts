/** Characters of keys and values; what they mean the API server says. */
const key = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?';
const value = '[-A-Za-z0-9_.]*';
const requirement = new RegExp(
  `^\\s*(?:!\\s*${key}|${key}|${key}\\s*(?:=|==|!=)\\s*${value}|${key}\\s+(?:in|notin)\\s*\\(\\s*${value}(?:\\s*,\\s*${value})*\\s*\\))\\s*$`,
);

/** The labels that a selector asks for, as Services take them; undefined where it asks for something else. */
export function exactLabels(selector: string): Readonly<Record<string, string>> | undefined {
  const pairs = selector.split(',').map((part) => /^([^=!]+?)={1,2}([^=]*)$/.exec(part.trim())?.slice(1));
  return pairs.every((pair) => pair !== undefined)
    ? Object.fromEntries(pairs.map(([name = '', wanted = '']) => [name.trim(), wanted.trim()]))
    : undefined;
}

/**
 * Whether a text has the form of a label selector, so that a mistake in it is told at the start.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function isLabelSelector(text: string): boolean {
  return requirementsIn(text).every((part) => requirement.test(part));
}

function requirementsIn(text: string): readonly string[] {
  return text.split(/,(?![^()]*\))/);
}

type Labels = Readonly<Record<string, string>>;

/** Whether labels are those that a selector asks for; undefined for a text that is none. */
export function labelSelector(text: string): ((labels: Labels) => boolean) | undefined {
  if (!isLabelSelector(text)) return undefined;
  const tests = requirementsIn(text).map(testOf);
  return (labels) => tests.every((test) => test(labels));
}

function testOf(text: string): (labels: Labels) => boolean {
  const [, no, name = '', sign, one = '', word, list = ''] =
    /^\s*(!?)\s*([-\w./]+)\s*(?:(==?|!=)\s*([-\w.]*)|\b(in|notin)\s*\(([^)]*)\))?\s*$/.exec(text) ?? [];
  const has = (labels: Labels): boolean => Object.hasOwn(labels, name);
  if (sign === undefined && word === undefined) return (labels) => has(labels) === (no === '');
  const wanted = new Set(sign === undefined ? list.split(',').map((part) => part.trim()) : [one]);
  // An object without the label is among those whose label is another.
  const other = sign === '!=' || word === 'notin';
  return (labels) => (has(labels) && wanted.has(labels[name] ?? '')) !== other;
}
