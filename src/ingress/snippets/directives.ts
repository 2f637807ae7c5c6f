import { type HeaderValue, joinPolicies } from '../../model/route-policy.ts';
import type { Template } from '../../model/template.ts';
import { cidr } from '../annotations/cidr.ts';
import { isOnOneLine, nameObjection } from '../nginx/header-text.ts';
import { type Constants, parseTemplate } from '../nginx/variables.ts';
import { answerEdits, type Edits, requestEdits } from './case.ts';

/** What a directive comes to. */
export type Effect =
  | { readonly type: 'edits'; readonly edits: Edits }
  | { readonly type: 'addresses'; readonly rule: 'allow' | 'deny'; readonly network: string }
  /** Envoy does so by itself. */
  | { readonly type: 'nothing' }
  /** `instead`: what is done so that clients do not get through what it was to set. */
  | { readonly type: 'unread'; readonly why: string; readonly instead?: Edits };

/** One directive that stands where it stands, and holds for all requests that get there. */
export interface DirectiveRow {
  /** As in nginx's documentation. */
  readonly form: string;
  /** What becomes of it: one sentence. */
  readonly doc: string;
  /** Without it somebody might get what was to be kept from them. */
  readonly protects?: true;
  readonly read: (words: readonly string[], variables: Constants) => Effect;
}

const nothing = (): Effect => ({ type: 'nothing' });

/** Directives besides those of the rewrite module (`run.ts`). */
export const directiveRows: Readonly<Record<string, DirectiveRow>> = {
  add_header: {
    form: 'add_header NAME VALUE [always];',
    doc: 'Adds a header to answers, whatever their status.',
    read([name = '', value, always, ...others], variables) {
      if (value === undefined || others.length > 0 || (always !== undefined && always !== 'always')) return misshapen;
      return edit(name, value, variables, (header) => (isEmpty(header.value) ? {} : answerEdits({ add: [header] })));
    },
  },
  proxy_set_header: {
    form: 'proxy_set_header NAME VALUE;',
    doc: 'Sets a header of requests to backends, in the place of any that is there; an empty value removes it. `Host` is what backends see as the host; `Upgrade` and `Connection` Envoy sets by itself.',
    read([name = '', value, ...others], variables) {
      if (value === undefined || others.length > 0) return misshapen;
      return setForBackend(name, value, variables);
    },
  },
  grpc_set_header: {
    form: 'grpc_set_header NAME VALUE;',
    doc: 'As `proxy_set_header`.',
    read: (words, variables) => directiveRows['proxy_set_header']?.read(words, variables) ?? misshapen,
  },
  proxy_hide_header: {
    form: 'proxy_hide_header NAME;',
    doc: 'Removes a header from answers of backends.',
    read: ([name = '', ...others]) => (others.length > 0 ? misshapen : remove([name], 'answers')),
  },
  more_set_headers: {
    form: "more_set_headers 'NAME: VALUE'…;",
    doc: 'Sets headers of answers, in the place of any that are there; without a value it removes. Without options.',
    read: (words, variables) => setPairs(words, variables, 'answers'),
  },
  more_clear_headers: {
    form: 'more_clear_headers NAME…;',
    doc: 'Removes headers from answers; names are whole, without `*`.',
    read: (words) => remove(words, 'answers'),
  },
  more_set_input_headers: {
    form: "more_set_input_headers 'NAME: VALUE'…;",
    doc: 'Sets headers of requests to backends, as `proxy_set_header`. Without options.',
    read: (words, variables) => setPairs(words, variables, 'requests'),
  },
  more_clear_input_headers: {
    form: 'more_clear_input_headers NAME…;',
    doc: 'Removes headers from requests to backends; names are whole, without `*`.',
    read: (words) => remove(words, 'requests'),
  },
  allow: {
    form: 'allow NETWORK|all;',
    doc: 'Lets clients pass; together with `deny` in their order, but that a network that is denied stays out though one around it is allowed before.',
    protects: true,
    read: (words) => addresses('allow', words),
  },
  deny: {
    form: 'deny NETWORK|all;',
    doc: 'Answers clients 403.',
    protects: true,
    read: (words) => addresses('deny', words),
  },
  default_type: { form: 'default_type TYPE;', doc: 'Nothing: answers with a text are `text/plain`.', read: nothing },
  proxy_http_version: { form: 'proxy_http_version VERSION;', doc: 'Nothing: Envoy speaks 1.1, or 2 for gRPC.', read: nothing },
  proxy_buffering: { form: 'proxy_buffering on|off;', doc: 'Nothing: Envoy streams answers.', read: nothing },
  proxy_pass_header: { form: 'proxy_pass_header NAME;', doc: 'Nothing: Envoy hands on all headers.', read: nothing },
};

/** Directives that keep nobody out: where one is not read, all else holds. */
export const harmless: ReadonlySet<string> = new Set(
  `
    access_log absolute_redirect brotli brotli_types charset client_max_body_size error_page proxy_intercept_errors resolver
    if_modified_since chunked_transfer_encoding client_body_buffer_size client_body_timeout error_log etag expires gzip
    gzip_comp_level gzip_min_length gzip_proxied gzip_types gzip_vary http2_push http2_push_preload keepalive_timeout
    large_client_header_buffers log_not_found log_subrequest opentelemetry opentelemetry_operation_name
    opentelemetry_attribute output_buffers port_in_redirect proxy_buffer_size proxy_buffers proxy_busy_buffers_size
    proxy_connect_timeout proxy_cookie_domain proxy_cookie_flags proxy_cookie_path proxy_force_ranges
    proxy_ignore_client_abort proxy_max_temp_file_size proxy_next_upstream proxy_next_upstream_timeout
    proxy_next_upstream_tries proxy_read_timeout proxy_redirect proxy_request_buffering proxy_send_timeout
    proxy_socket_keepalive proxy_temp_file_write_size rewrite_log send_timeout sendfile sub_filter sub_filter_once
    sub_filter_types tcp_nodelay tcp_nopush types uninitialized_variable_warn
  `
    .trim()
    .split(/\s+/),
);

const misshapen: Effect = { type: 'unread', why: 'it is not written as its form asks' };

function edit(name: string, text: string, variables: Constants, make: (header: HeaderValue) => Edits): Effect {
  if (nameObjection(name) !== undefined) return { type: 'unread', why: `"${name}" is not the name of a header that can be set` };
  const value = valueOf(text, variables);
  return 'why' in value ? value : { type: 'edits', edits: make({ name: name.toLowerCase(), value: value.template }) };
}

function valueOf(text: string, variables: Constants): { readonly template: Template } | (Effect & { readonly type: 'unread' }) {
  if (!isOnOneLine(text)) return { type: 'unread', why: 'its value has a control character' };
  const parsed = parseTemplate(text, variables);
  return parsed.ok ? { template: parsed.value } : { type: 'unread', why: parsed.message };
}

function isEmpty(value: Template): boolean {
  return value.every((part) => part === '');
}

function setForBackend(name: string, text: string, variables: Constants): Effect {
  const lower = name.toLowerCase();
  if (lower === 'upgrade' || lower === 'connection') return { type: 'nothing' };
  if (lower !== 'host') {
    const effect = edit(name, text, variables, (header) => requestEdits({ set: [header] }));
    // What a client says in its place must not be taken for it.
    return effect.type === 'unread' && nameObjection(name) === undefined
      ? { ...effect, instead: requestEdits({ remove: [lower] }) }
      : effect;
  }
  const value = valueOf(text, variables);
  if ('why' in value) return value;
  return isEmpty(value.template) ? misshapen : { type: 'edits', edits: { rewrite: { host: value.template } } };
}

function setPairs(words: readonly string[], variables: Constants, of: 'requests' | 'answers'): Effect {
  if (words.length === 0 || words.some((word) => word.startsWith('-'))) return { type: 'unread', why: 'it has options' };
  return together(words, (word) => {
    const [, name = '', value = ''] = /^\s*([^:\s]*)\s*:?\s*([^]*?)\s*$/.exec(word) ?? [];
    if (of === 'requests') return setForBackend(name, value, variables);
    return edit(name, value, variables, (header) => answerEdits(isEmpty(header.value) ? { remove: [header.name] } : { set: [header] }));
  });
}

function remove(names: readonly string[], of: 'requests' | 'answers'): Effect {
  if (names.length === 0 || names.some((name) => /^-|\*/.test(name))) return { type: 'unread', why: 'it has options, or a "*"' };
  const all = names.flatMap((name) => name.split(/[\s,]+/).filter((one) => one !== ''));
  return together(all, (name) =>
    edit(name, '', {}, (header) => (of === 'answers' ? answerEdits : requestEdits)({ remove: [header.name] })),
  );
}

/** What can be read of them. */
function together(words: readonly string[], read: (word: string) => Effect): Effect {
  const all: Edits[] = [];
  const unread: Effect[] = [];
  for (const word of words) {
    const effect = read(word);
    if (effect.type === 'edits') all.push(effect.edits);
    if (effect.type === 'unread') {
      unread.push(effect);
      all.push(effect.instead ?? {});
    }
  }
  const edits = joinPolicies(all);
  const [first] = unread;
  return first?.type === 'unread' ? { ...first, instead: edits } : { type: 'edits', edits };
}

function addresses(rule: 'allow' | 'deny', [network = '', ...others]: readonly string[]): Effect {
  if (others.length > 0) return misshapen;
  if (network === 'all') return { type: 'addresses', rule, network };
  const parsed = cidr.parse(network);
  return parsed.ok ? { type: 'addresses', rule, network: parsed.value } : { type: 'unread', why: parsed.message };
}
