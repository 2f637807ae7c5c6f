import type { RoutePolicy } from '../../model/route-policy.ts';
import { cidr } from './cidr.ts';
import { defineFamily } from './family.ts';
import { exact, field } from './field.ts';
import { type Grammar, listOf, shown } from './grammar.ts';

const list = listOf(cidr);

/** A value in which there is no network says nothing of whom it is for: it is no empty list. */
const networks: Grammar<readonly string[]> = {
  ...list,
  parse(text) {
    const parsed = list.parse(text);
    return parsed.ok && parsed.value.length === 0 ? { ok: false, message: `"${shown(text)}" names no network` } : parsed;
  },
};

/** The allow and deny directives of nginx's access module: denied ones come first. */
export const clientAddresses = defineFamily({
  title: 'Client addresses',
  summary: 'Whose requests are let through, by the address of the client; the others are answered 403.',
  fields: {
    'allowlist-source-range': field(networks, [], {
      doc: 'Networks that are let through; without any, all are.',
      ...{ risk: 'Medium', scope: 'path', support: exact, example: '10.0.0.0/8,192.0.2.1' },
      ...{ aliases: ['whitelist-source-range'], whenWrong: 'deny' },
    }),
    'denylist-source-range': field(networks, [], {
      doc: 'Networks that are kept out, even if they are on the other list.',
      ...{ risk: 'Medium', scope: 'path', support: exact, example: '198.51.100.0/24', whenWrong: 'deny' },
    }),
  },
  apply(values): { readonly route: RoutePolicy } {
    const allow = values['allowlist-source-range'];
    const deny = values['denylist-source-range'];
    if (allow.length === 0 && deny.length === 0) return { route: {} };
    return { route: { clientAddresses: { ...(allow.length > 0 && { allow }), ...(deny.length > 0 && { deny }) } } };
  },
});
