import { defineFamily } from './family.ts';
import { differs, field, optional } from './field.ts';
import { boolean, listOf, matching } from './grammar.ts';

export interface OtherNamesPolicy {
  /** Lower case. */
  readonly aliases: readonly string[];
  /** Requests for the host with `www.` before it, or without it, are sent to the host. */
  readonly fromToWww: boolean;
}

const hostname = matching('hostname', /(?:\*\.)?[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?)*/, {
  max: 253,
});

export const otherNames = defineFamily({
  title: 'Other names of a host',
  summary: 'Names under which nothing of its own is served. TLS is spoken for them where the certificate of the host is for them, too.',
  fields: {
    'server-alias': optional(listOf(hostname), {
      doc: 'Further names of the host, under which all of it is served; the oldest Ingress of the host that has some decides.',
      ...{ risk: 'High', scope: 'host', support: differs('A regular expression (`~^…`) is no name here.'), example: 'shop.example.org' },
    }),
    'from-to-www-redirect': field(boolean, false, {
      doc: 'Sends requests for `www.` and the host to the host; of a host that begins so, those without it.',
      ...{ risk: 'Low', scope: 'host', support: differs('The URL names no port.'), example: 'true' },
    }),
  },
  apply: (values): OtherNamesPolicy => ({
    aliases: [...new Set((values['server-alias'] ?? []).map((name) => name.toLowerCase()))],
    fromToWww: values['from-to-www-redirect'],
  }),
});
