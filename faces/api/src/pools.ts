/** All pools. They were named at genesis, so the genesis entry lists their handles. */

import { isArray, isObject, type Json } from '@cadastre/records'
import type { ApiContext } from './context.ts'
import type { PoolAnswer } from './generated/lookup-types.ts'
import { poolAnswer } from './lookup-objects.ts'
import { frameOf } from './views.ts'

const HANDLES = new WeakMap<object, readonly string[]>()

/** Handles of all pools. */
export async function poolHandles(reader: ApiContext['reader']): Promise<readonly string[]> {
  const handles = HANDLES.get(reader) ?? (await genesisPools(reader))
  HANDLES.set(reader, handles)
  return handles
}

export async function poolList({ reader }: ApiContext): Promise<{ readonly items: readonly PoolAnswer[] }> {
  const handles = await poolHandles(reader)
  const snapshot = reader.snapshot()
  const answers = handles.map((handle) =>
    poolAnswer(snapshot, frameOf(reader, snapshot, handle, handle), handle),
  )
  return { items: answers.filter((answer) => answer !== null) }
}

/** Handles of the pools that the first entry records. */
async function genesisPools(reader: ApiContext['reader']): Promise<readonly string[]> {
  const [bytes] = await reader.store.entries(0, 1)
  if (bytes === undefined) throw new Error('the log has no first entry')
  const entry: Json = JSON.parse(Buffer.from(bytes).toString('utf8'))
  const outcome = isObject(entry) && isObject(entry['outcome']) ? entry['outcome'] : {}
  const effects = isArray(outcome['effects']) ? outcome['effects'] : []
  return effects.flatMap((effect) => {
    const key = isObject(effect) ? effect['key'] : null
    return typeof key === 'string' && key.startsWith('obj/pool/') ? [key.slice('obj/pool/'.length)] : []
  })
}
