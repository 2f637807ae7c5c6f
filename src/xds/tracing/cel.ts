import type { Messages } from '../../proto/gen/messages.ts';

/** An expression of CEL as it is parsed, for what takes no text. https://github.com/google/cel-spec/blob/v0.24.0/proto/cel/expr/syntax.proto */
export type Cel = Messages['cel.expr.Expr'];

export function literal(value: boolean | number | string): Cel {
  if (typeof value === 'boolean') return { const_expr: { bool_value: value } };
  return { const_expr: typeof value === 'number' ? { int64_value: value } : { string_value: value } };
}

/** Such as `request.headers`. */
export function named(path: string): Cel {
  const [first = '', ...fields] = path.split('.');
  return fields.reduce<Cel>((operand, field) => ({ select_expr: { operand, field } }), { ident_expr: { name: first } });
}

/** `has(object.field)`. */
export function has(object: string, field: string): Cel {
  return { select_expr: { operand: named(object), field, test_only: true } };
}

export function call(name: string, ...args: readonly Cel[]): Cel {
  return { call_expr: { function: name, args } };
}

export function method(target: Cel, name: string, ...args: readonly Cel[]): Cel {
  return { call_expr: { target, function: name, args } };
}

export const and = (first: Cel, ...others: readonly Cel[]): Cel => others.reduce((all, one) => call('_&&_', all, one), first);
export const not = (one: Cel): Cel => call('!_', one);
export const choose = (when: Cel, then: Cel, otherwise: Cel): Cel => call('_?_:_', when, then, otherwise);
export const isIn = (key: Cel, of: Cel): Cel => call('@in', key, of);
export const at = (of: Cel, key: Cel): Cel => call('_[_]', of, key);
