/** A part of a body or a record, taken to be what its place says. Bodies were looked at by `shapes.ts` before. */
export function asRead<T>(value: unknown): T {
  return value as T
}
