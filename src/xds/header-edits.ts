import type { HeaderEdits, HeaderValue } from '../model/route-policy.ts';
import type { Template } from '../model/template.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { renderTemplate } from './template.ts';

type HeaderValueOption = Messages['envoy.config.core.v3.HeaderValueOption'];

export interface RenderedEdits {
  readonly remove: readonly string[];
  readonly add: readonly HeaderValueOption[];
}

/**
 * Envoy removes first and adds then, and adds no empty value. So what is set is removed before, or an empty value would leave what
 * the client sent; but not where the new value is made of the old one.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_conn_man/headers#custom-request-response-headers
 */
export function renderHeaderEdits({ remove = [], set = [], add = [] }: HeaderEdits): RenderedEdits {
  const replaced = set.filter(({ name, value }) => !readsHeader(value, name)).map(({ name }) => name);
  return {
    remove: [...new Set([...remove, ...replaced])],
    add: [...set.map((each) => option(each, 'OVERWRITE_IF_EXISTS_OR_ADD')), ...add.map((each) => option(each, 'APPEND_IF_EXISTS_OR_ADD'))],
  };
}

function option({ name, value }: HeaderValue, append_action: NonNullable<HeaderValueOption['append_action']>): HeaderValueOption {
  return { header: { key: name, value: renderTemplate(value) }, append_action };
}

function readsHeader(value: Template, name: string): boolean {
  return value.some((part) => typeof part !== 'string' && 'key' in part && part.name.endsWith('-header') && part.key === name);
}
