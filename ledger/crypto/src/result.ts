/** A refusal is a value; exceptions are for bugs. Structurally the same type as core's. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }
