import { defineFamily } from './family.ts';
import { optional, reported } from './field.ts';
import { boolean, matching } from './grammar.ts';

const noFirewall = reported('Envoy has no ModSecurity: run a web application firewall before the backend.');

export const modsecurity = defineFamily({
  title: 'Web application firewall',
  summary: 'ModSecurity and the OWASP core rule set.',
  fields: {
    'enable-modsecurity': optional(boolean, {
      doc: 'Whether requests are checked by ModSecurity.',
      ...{ risk: 'Low', scope: 'path', support: noFirewall, example: 'true' },
    }),
    'enable-owasp-core-rules': optional(boolean, {
      doc: 'Whether the OWASP core rules are loaded.',
      ...{ risk: 'Low', scope: 'path', support: noFirewall, example: 'true' },
    }),
    'modsecurity-snippet': optional(matching('text', /[^]*/), {
      doc: 'Rules in the language of ModSecurity.',
      ...{ risk: 'Critical', scope: 'path', support: noFirewall, example: 'SecRuleEngine On' },
    }),
    'modsecurity-transaction-id': optional(matching('nginx variable', /[A-Za-z0-9_${}-]+/), {
      doc: 'Identifier of a request in the firewall log.',
      ...{ risk: 'High', scope: 'path', support: noFirewall, example: '$request_id' },
    }),
  },
  apply: () => undefined,
});
