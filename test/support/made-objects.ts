// What tests look at in objects that were made for a Gateway.

export interface Made {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly { readonly kind: string; readonly name: string }[];
  };
}

export interface Service extends Made {
  readonly spec: {
    readonly type: string;
    readonly selector: Readonly<Record<string, string>>;
    readonly ports: readonly { readonly port: number; readonly targetPort: number }[];
  };
}

export interface Secret extends Made {
  readonly data: Readonly<Record<string, string>>;
}

export interface Deployment extends Made {
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly name: string; readonly args: readonly string[] }[] } };
  };
}

export interface Listed {
  readonly items: readonly Made[];
}

export interface Gateway {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string; readonly message: string }[];
    readonly addresses?: readonly { readonly type: string; readonly value: string }[];
  };
}
