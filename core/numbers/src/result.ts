/** Outcome of a step that may refuse: refusals are returned, only bugs throw. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E }

/** A successful outcome. */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}

/** A refusal. */
export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error }
}

/** Why a text or a value is no number, block or range. Closed: handle each, without a default. */
export type NumberErrorCode =
  | 'bad-address'
  | 'zone-id'
  | 'bad-prefix'
  | 'bad-length'
  | 'host-bits'
  | 'bad-asn'
  | 'bad-range'
  | 'reversed-range'
  | 'mixed-spaces'
  | 'out-of-space'
  | 'bad-key'

/** A refusal of this room: the offending value (cut to 80 characters) and what would be right. */
export type NumberError = {
  readonly code: NumberErrorCode
  readonly value: string
  readonly expected: string
}

/** Longest echo of a stranger's text, so that an error is never larger than its cause deserves. */
const ECHO_LENGTH_MAX = 80

/** Makes the refusal `code` of `value`. */
export function numberError(
  code: NumberErrorCode,
  value: string,
  expected: string,
): { readonly ok: false; readonly error: NumberError } {
  const echo = value.length > ECHO_LENGTH_MAX ? `${value.slice(0, ECHO_LENGTH_MAX)}…` : value
  return err({ code, value: echo, expected })
}
