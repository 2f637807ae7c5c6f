import { type Directive, readSyntax } from '../snippets/syntax.ts';
import { defineFamily } from './family.ts';
import { differs, optional, reported } from './field.ts';
import type { Grammar } from './grammar.ts';

const longest = 65_536;

/** Any text that nginx could read; its lines are looked at by `readSnippet`. */
export const snippet: Grammar<readonly Directive[]> = {
  type: 'configuration of nginx',
  parse(text) {
    if (text.length > longest) return { ok: false, message: `it has ${text.length} characters, more than ${longest}` };
    if (/[^\t\r\n\P{Cc}]/u.test(text) || !text.isWellFormed())
      return { ok: false, message: 'it has a control character, or half of a character' };
    const reading = readSyntax(text);
    return reading.ok ? { ok: true, value: reading.directives } : reading;
  },
};

/** What the ConfigMap says of snippets. */
export interface AskedSnippet {
  readonly directives: readonly Directive[];
  readonly allowed: boolean;
}

function asked(directives: readonly Directive[] | undefined, said: Readonly<Record<string, unknown>>): AskedSnippet | undefined {
  return directives && { directives, allowed: said['allow-snippet-annotations'] === true };
}

const subset =
  'Naru reads the directives of [snippets.md](snippets.md) and never hands on the text. A line that it does not read is reported, or closes the paths with 503 where it may protect something.';

export const pathSnippets = defineFamily({
  title: 'Snippets for paths',
  summary: 'Configuration of nginx. They need `allow-snippet-annotations: "true"` and `annotations-risk-level: Critical` in the ConfigMap.',
  fields: {
    'configuration-snippet': optional(snippet, {
      doc: 'For the paths of this Ingress.',
      ...{
        risk: 'Critical',
        scope: 'path',
        support: differs(subset),
        example: 'more_set_headers "X-Frame-Options: DENY";',
        whenWrong: 'deny',
      },
    }),
    'auth-snippet': optional(snippet, {
      doc: 'For what the service of `auth-url` is asked.',
      ...{ risk: 'Critical', scope: 'path', example: 'proxy_set_header X-Asked-By $host;', whenWrong: 'deny' },
      support: differs('Of its directives Naru reads `proxy_set_header`; one that it does not read closes the paths with 503.'),
    }),
    'stream-snippet': optional(snippet, {
      doc: 'For TCP and UDP.',
      ...{ risk: 'Critical', scope: 'host', example: 'server { listen 8000; proxy_pass web:80; }' },
      support: reported('The ConfigMaps of `--tcp-services-configmap` and `--udp-services-configmap` list TCP and UDP services.'),
    }),
  },
  apply: (values, _, said) => ({ configuration: asked(values['configuration-snippet'], said), auth: asked(values['auth-snippet'], said) }),
});

export const serverSnippet = defineFamily({
  title: 'Snippets for hosts',
  summary: 'The same for whole hosts; the oldest Ingress of a host that has one decides.',
  fields: {
    'server-snippet': optional(snippet, {
      doc: 'For all paths of the hosts of this Ingress.',
      ...{ risk: 'Critical', scope: 'host', example: 'if ($http_user_agent ~* "crawler") { return 403; }', whenWrong: 'deny' },
      ...{ support: differs(subset), whenDenied: 'The hosts of this Ingress answer 503.' },
    }),
  },
  apply: (values, _, said): AskedSnippet | 'closed' | undefined => asked(values['server-snippet'], said),
  whenDenied: (): AskedSnippet | 'closed' | undefined => 'closed',
});
