/** Objects of the Gateway API as they are written, as far as a migration writes them. https://gateway-api.sigs.k8s.io/reference/spec/ */

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: object;
}

export interface WrittenMatch {
  readonly path: { readonly type: 'Exact' | 'PathPrefix' | 'RegularExpression'; readonly value: string };
  readonly headers?: readonly WrittenValue[];
  readonly queryParams?: readonly WrittenValue[];
  readonly method?: string;
}

export interface WrittenValue {
  readonly type: 'Exact' | 'RegularExpression';
  readonly name: string;
  readonly value: string;
}

export interface WrittenBackend {
  readonly name: string;
  readonly namespace?: string;
  readonly port: number;
  readonly weight?: number;
}

/** What a rule does with what it matches. */
export interface WrittenRule {
  readonly filters?: readonly object[];
  readonly backendRefs?: readonly WrittenBackend[];
  readonly retry?: object;
  readonly timeouts?: object;
  readonly sessionPersistence?: object;
}

export const apiVersion = 'gateway.networking.k8s.io/v1';
