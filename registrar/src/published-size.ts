import { parseCheckpoint, parseNote } from '@cadastre/notes'

/** Size of the published checkpoint whose tiles are on disk; 0 where there is none, so that all tiles are written. */
export function publishedSizeOf(note: string | null, headSize: number): number {
  const parsed = note === null ? null : parseNote(note)
  const checkpoint = parsed?.ok === true ? parseCheckpoint(parsed.value.text) : null
  if (checkpoint?.ok !== true || checkpoint.value.size > headSize) return 0
  return checkpoint.value.size
}
