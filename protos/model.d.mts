export interface Field {
  readonly name: string;
  readonly number: number;
  readonly repeated: boolean;
  readonly type: number;
  readonly typeName: string;
  readonly deprecated: boolean;
}

export interface Message {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly isMapEntry: boolean;
}

export interface Enum {
  readonly name: string;
  readonly values: readonly { readonly name: string; readonly number: number }[];
}

export interface Model {
  readonly messages: ReadonlyMap<string, Message>;
  readonly enums: ReadonlyMap<string, Enum>;
}

export function readModel(files: ReadonlyMap<string, Uint8Array>): Model;
