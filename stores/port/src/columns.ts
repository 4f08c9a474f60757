/** Columns of a row, read with their types checked: a wrong one is a bug, and throws a TypeError. */

export type Row = Readonly<Record<string, unknown>>

function wrongColumn(row: Row, name: string): never {
  throw new TypeError(`column ${name} holds ${typeof row[name]}`)
}

export function numberIn(row: Row, name: string): number {
  const value = row[name]
  return typeof value === 'number' ? value : wrongColumn(row, name)
}

export function textIn(row: Row, name: string): string {
  const value = row[name]
  return typeof value === 'string' ? value : wrongColumn(row, name)
}

export function bytesIn(row: Row, name: string): Uint8Array {
  const value = row[name]
  return value instanceof Uint8Array ? value : wrongColumn(row, name)
}
