import type { Messages } from './codec.ts';

type Code = NonNullable<Messages['envoy.type.v3.HttpStatus']['code']>;

/** Statuses by which requests are refused that Envoy has a name for. */
const names: Readonly<Record<number, Code>> = {
  400: 'BadRequest',
  403: 'Forbidden',
  404: 'NotFound',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

/** Envoy's name of a status; another than those becomes 503. */
export function refusalStatus(status = 503): Code {
  return names[status] ?? 'ServiceUnavailable';
}
