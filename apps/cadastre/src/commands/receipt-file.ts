/** Receipts as people keep them: the note in a file, or the answer in which it came. */

import { readFile } from 'node:fs/promises'
import { parseNote, parseReceipt, type Receipt } from '@cadastre/notes'
import { isObject, type Json } from '@cadastre/records'
import { CommandError } from './output.ts'

/** The text of the note in a file: a bare note, or JSON with a member `receipt`, as the API answers. */
export async function noteIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandError(
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  })
  if (!text.trimStart().startsWith('{')) return text
  try {
    const value = JSON.parse(text) as Json
    const receipt = isObject(value) ? value['receipt'] : null
    return typeof receipt === 'string' ? receipt : text
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return text
  }
}

/** What a receipt says; its signature is not looked at. */
export async function receiptOf(file: string): Promise<Receipt> {
  const note = parseNote(await noteIn(file))
  const receipt = note.ok ? parseReceipt(note.value.text) : note
  if (!receipt.ok)
    throw new CommandError(
      `${file} holds no receipt. Expected what "cadastre request … --json" printed, or the signed note in it; or, in place of a file, the index of an entry.`,
    )
  return receipt.value
}
