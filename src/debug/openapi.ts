import { type DebugPath, debugPaths } from './paths.ts';

/** The debug endpoint as an OpenAPI document. https://spec.openapis.org/oas/v3.1.0 */
export function openapi(version: string, apiVersion: string): object {
  const paths = Object.entries<DebugPath>(debugPaths).map(([path, { put, ...row }]) => {
    const get = operation(path, row, apiVersion);
    return [path, put === undefined ? { get } : { get, put: operation(path, { ...row, ...put, strict: true }, apiVersion) }];
  });
  return { openapi: '3.1.0', info: { title: 'Naru debug endpoint', version }, paths: Object.fromEntries(paths), components };
}

const components = { securitySchemes: { kubernetes: { type: 'http', scheme: 'bearer' } } };

interface Operation extends Omit<DebugPath, 'put'> {
  /** Whoever asks from the same machine needs a token, too. */
  readonly strict?: true;
}

function operation(path: string, row: Operation, apiVersion: string): object {
  const { about, query = {}, fields, type = 'application/json', open, strict } = row;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({ name, in: 'path', required: true, schema: text }));
  const queries = Object.entries(query).map(([name, description]) => ({ name, in: 'query', description, schema: text }));
  const schema = fields === undefined ? (type === 'application/json' ? { type: 'object' } : text) : answer(fields, apiVersion);
  return {
    summary: about,
    parameters: [...names, ...queries],
    security: open === true ? [] : [{ kubernetes: [] }, ...(strict === true ? [] : [{}])],
    responses: { 200: { description: about, content: { [type]: { schema } } } },
  };
}

const text = { type: 'string' } as const;

function answer(fields: Readonly<Record<string, string>>, apiVersion: string): object {
  const described = Object.entries(fields).map(([name, description]) => [name, { description }]);
  return { type: 'object', required: ['apiVersion'], properties: { apiVersion: { const: apiVersion }, ...Object.fromEntries(described) } };
}
