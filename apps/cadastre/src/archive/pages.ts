/** The published page of a procedure, where it is the very text that the registry has recorded. */

import { createHash } from 'node:crypto'

/** `recorded`: SHA-256 of the text as the procedure's record holds it, base64; null where there is no record. */
export function recordedPage(
  pages: ReadonlyMap<string, string>,
  procedure: string,
  recorded: string | null,
): string | null {
  const page = pages.get(procedure.split('/', 1)[0] ?? procedure)
  if (page === undefined || recorded === null) return null
  return createHash('sha256').update(page).digest('base64') === recorded ? page : null
}
