/** Registrations by id: `R-41` names the entry that recorded it, and the entry names its cells. */

import { type Block, blockKey, parseBlockKey } from '@cadastre/numbers'
import type { Snapshot } from '@cadastre/reader'
import type { OpEntry, StateEntry } from '@cadastre/records'
import type { ReadContext } from './context.ts'
import type { Frame, HeldBlock, RegistrationAnswer } from './generated/lookup-types.ts'
import { blockText } from './question.ts'
import { briefOf } from './views.ts'

const ID = /^R-([0-9]{1,15})(?:-[0-9]{1,6})?$/
/** Cells read below one block to find the pieces of a registration that was cut. */
const INSIDE_CELLS = 256
/** An entry of an import names thousands of cells; an id of its own stands at few. */
const CELLS_MAX = 4096

/** Null where the text is no id, or no entry of the log recorded a registration of it. */
export async function registrationAnswer(
  { reader, times }: ReadContext,
  snapshot: Snapshot,
  query: Frame,
  id: string,
): Promise<RegistrationAnswer | null> {
  const index = Number(ID.exec(id)?.[1] ?? Number.NaN)
  if (!(index < snapshot.publication.size)) return null
  const [bytes] = await reader.store.entries(index, 1)
  const was = bytes === undefined ? [] : recordedAt(bytes, id)
  if (was.length === 0) return null
  const pieces = piecesOf(snapshot, id, was.slice(0, CELLS_MAX))
  return {
    kind: 'registration',
    query,
    id,
    entry: index,
    entryAt: await times.at(index),
    pieces,
    was: was.map(blockText),
  }
}

/** Blocks at which the entry recorded it. */
function recordedAt(bytes: Uint8Array, id: string): readonly Block[] {
  const entry: OpEntry | StateEntry = JSON.parse(Buffer.from(bytes).toString('utf8'))
  if (entry.t !== 'op' || !entry.outcome.accepted) return []
  return entry.outcome.effects.flatMap(({ key, next }) => {
    const parsed = key.startsWith('obj/') ? null : parseBlockKey(key)
    return parsed?.ok && states(next, id) ? [parsed.value] : []
  })
}

function states(record: unknown, id: string): boolean {
  const { registrations } = (record ?? {}) as { readonly registrations?: readonly { readonly id: string }[] }
  return registrations?.some((one) => one.id === id) ?? false
}

function piecesOf(snapshot: Snapshot, id: string, blocks: readonly Block[]): readonly HeldBlock[] {
  const pieces = new Map<string, HeldBlock>()
  for (const at of blocks)
    for (const { block, cell } of [...snapshot.chain(at), ...snapshot.inside(at, INSIDE_CELLS).items])
      for (const registration of cell.registrations)
        if (registration.id === id)
          pieces.set(blockKey(block), {
            block: blockText(block),
            key: blockKey(block),
            registration: briefOf(snapshot, block.space, registration),
          })
  return [...pieces.values()]
}
