/** Characters of keys and values; what they mean the API server says. */
const key = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?';
const value = '[-A-Za-z0-9_.]*';
const requirement = new RegExp(
  `^\\s*(?:!\\s*${key}|${key}|${key}\\s*(?:=|==|!=)\\s*${value}|${key}\\s+(?:in|notin)\\s*\\(\\s*${value}(?:\\s*,\\s*${value})*\\s*\\))\\s*$`,
);

/**
 * Whether a text has the form of a label selector, so that a mistake in it is told at the start.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function isLabelSelector(text: string): boolean {
  return text.split(/,(?![^()]*\))/).every((part) => requirement.test(part));
}
