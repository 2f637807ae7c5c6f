import type { HeaderEdits, HeaderValue } from '../model/route-policy.ts';
import { type Lost, lost } from './loss.ts';

const filters = {
  requestHeaders: { type: 'RequestHeaderModifier', field: 'requestHeaderModifier', of: 'requests' },
  responseHeaders: { type: 'ResponseHeaderModifier', field: 'responseHeaderModifier', of: 'answers' },
} as const;

export function writeHeaders(
  part: keyof typeof filters,
  { remove = [], set = [], add = [] }: HeaderEdits,
): { readonly filters: readonly object[]; readonly losses: readonly Lost[] } {
  const { type, field, of } = filters[part];
  const fixed = (list: readonly HeaderValue[]) =>
    list.flatMap(({ name, value }) => (value.every((one) => typeof one === 'string') ? [{ name, value: value.join('') }] : []));
  const [ofSet, ofAdd] = [fixed(set), fixed(add)];
  const written = new Set([...ofSet, ...ofAdd].map(({ name }) => name));
  const moving = [...set, ...add].map(({ name }) => name).filter((name) => !written.has(name));
  const empty = ofSet.filter(({ value }) => value === '').map(({ name }) => name);
  const edits = {
    ...(ofSet.length === empty.length ? {} : { set: ofSet.filter(({ value }) => value !== '') }),
    ...(ofAdd.length === 0 ? {} : { add: ofAdd }),
    ...(remove.length + empty.length === 0 ? {} : { remove: [...remove, ...empty] }),
  };
  return {
    filters: Object.keys(edits).length === 0 ? [] : [{ type, [field]: edits }],
    losses: [
      ...(moving.length === 0
        ? []
        : [lost(part, `Headers of ${of} are given fixed values only: ${moving.join(', ')} would be made of the request.`)]),
      ...(empty.length === 0 ? [] : [lost(part, `Headers of ${of} with an empty value are removed: ${empty.join(', ')}.`)]),
    ],
  };
}
