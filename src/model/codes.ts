import { annotationCodes } from './codes/annotations.ts';
import { backendCodes } from './codes/backends.ts';
import { configMapCodes } from './codes/configmap.ts';
import { envoyCodes } from './codes/envoy.ts';
import { fileCodes } from './codes/files.ts';
import { gatewayCodes } from './codes/gateway.ts';
import { naruCodes } from './codes/naru.ts';
import { routingCodes } from './codes/routing.ts';
import { tlsCodes } from './codes/tls.ts';

export type { CodeRow, Severity } from './codes/row.ts';

/** The kinds of problems that Naru reports; a file for each hundred. Numbers are never used twice; docs/codes.md is generated from here. */
export const codes = {
  ...fileCodes,
  ...annotationCodes,
  ...routingCodes,
  ...tlsCodes,
  ...backendCodes,
  ...gatewayCodes,
  ...envoyCodes,
  ...configMapCodes,
  ...naruCodes,
};

export type ProblemCode = keyof typeof codes;

export function isProblemCode(text: string): text is ProblemCode {
  return Object.hasOwn(codes, text);
}
