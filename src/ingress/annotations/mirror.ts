import { externalNameObjection } from '../backends/external-name.ts';
import { defineFamily } from './family.ts';
import { differs, exact, field, optional } from './field.ts';
import { type Grammar, matching, oneOf, shown } from './grammar.ts';

export interface MirrorTarget {
  readonly scheme: 'http' | 'https';
  readonly hostname: string;
  readonly port: number;
}

export interface MirrorPolicy {
  readonly target: MirrorTarget;
  /** `Host` of the copies. */
  readonly host: string;
}

/** What may stand behind host and port; `$request_uri` is what goes there in any case. */
const address = /^(?<scheme>https?):\/\/(?<hostname>[a-z0-9._-]+)(?::(?<port>[1-9]\d{0,4}))?\/?(?:\$request_uri|\$\{request_uri\})?$/i;

/** A place that is reached by name or address, and is not the proxy itself or what gives it its credentials. */
const target: Grammar<MirrorTarget> = {
  type: 'URL to mirror to',
  parse(text) {
    const { scheme, hostname = '', port } = address.exec(text)?.groups ?? {};
    const secure = scheme?.toLowerCase() === 'https';
    const number = Number(port ?? (secure ? 443 : 80));
    if (scheme === undefined || number > 65_535) {
      return { ok: false, message: `"${shown(text)}" is not a URL of http or https with no other path than "$request_uri"` };
    }
    const objection = externalNameObjection(hostname);
    if (objection !== undefined) return { ok: false, message: `"${shown(hostname)}" is ${objection}` };
    return { ok: true, value: { scheme: secure ? 'https' : 'http', hostname: hostname.toLowerCase().replace(/\.$/, ''), port: number } };
  },
};

export const mirror = defineFamily({
  title: 'Mirror',
  summary: 'A copy of each request goes to another place, and nobody waits for its answer.',
  fields: {
    'mirror-target': optional(target, {
      doc: 'Where copies go.',
      ...{
        ...{ risk: 'High', scope: 'path', example: 'https://copy.example.com$request_uri' },
        support: differs('Copies have the path that backends see, so that the URL has none but `$request_uri`.'),
      },
    }),
    'mirror-host': optional(matching('hostname', /[-._~A-Za-z0-9:]+/, { max: 253 }), {
      doc: 'The Host header of the copies; the host of the target by default.',
      ...{ needs: 'mirror-target', risk: 'High', scope: 'path', support: exact, example: 'copy.example.com' },
    }),
    'mirror-request-body': field(oneOf('on', 'off'), 'on', {
      doc: 'Whether copies have the body of the request.',
      ...{
        inert: true,
        risk: 'Low',
        scope: 'path',
        support: differs('They always have it, and do not wait for all of it.'),
        example: 'off',
      },
    }),
  },
  apply(values): MirrorPolicy | undefined {
    const to = values['mirror-target'];
    return to && { target: to, host: values['mirror-host'] ?? to.hostname };
  },
});
