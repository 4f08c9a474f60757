/** CSV as RFC 4180 has it, of texts that others wrote. */

export type CsvValue = string | number | boolean | null

/** A field, quoted where RFC 4180 asks for it; a text that a spreadsheet would run as a formula begins with a quote. */
function field(value: CsvValue): string {
  const text = value === null ? '' : String(value)
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+$/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** One record with its line end. */
export function csvLine(values: readonly CsvValue[]): string {
  return `${values.map(field).join(',')}\r\n`
}
