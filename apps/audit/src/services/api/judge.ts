/** An answer of `/api` and the record of the log position that it names. */

import type { Crypto } from '@cadastre/crypto'
import { parseBlockKey } from '@cadastre/numbers'
import { isObject, type JsonObject } from '@cadastre/records'
import { type Members, matchJson, object } from '../expect.ts'
import type { Difference, Judgement, Position } from '../finding.ts'
import { parseServedJson } from '../rdap/served-json.ts'
import type { House, ServedRecord } from '../record.ts'
import { holderMembers } from './holder.ts'
import { numbersMembers } from './numbers.ts'
import { LOOKED_UP, objectMembers } from './objects.ts'
import { frameWanted } from './parts.ts'

/** Cells inside, and cells of a holder, that this audit asks for at most. */
const API_LISTED = 50

export type ReadApi = { readonly json: JsonObject; readonly position: Position }

/** Null: it is no JSON object, names a member twice, or names no log position. */
export function readApi(body: string): ReadApi | null {
  const json = parseServedJson(body)
  const query = json?.['query']
  if (json === null || query === undefined || !isObject(query)) return null
  const { size, at } = query
  return typeof size === 'number' && typeof at === 'string' ? { json, position: { size, at } } : null
}

/** The key of a record as a path below `/api` that asks for it. */
export function lookupPath(key: string): string {
  return `/lookup?q=${encodeURIComponent(key)}&limit=${API_LISTED}`
}

/**
 * Judge an answer to `path`, a {@link lookupPath}, that names the log position of `record`.
 *
 * @throws RangeError where no such question is put by this audit
 */
export function judgeApi(
  record: ServedRecord,
  house: House,
  crypto: Pick<Crypto, 'sha256'>,
  path: string,
  status: number,
  { json }: ReadApi,
): Judgement {
  const key = keyIn(path)
  const members = membersOf(record, crypto, key)
  const differences: Difference[] = []
  const right = members === null ? 404 : 200
  if (status !== right)
    differences.push({ where: 'HTTP status', what: 'differs', record: String(right), served: String(status) })
  const body = matchJson(object({ query: frameWanted(record, house, key), ...members }), json)
  return { differences: [...differences, ...body.differences], unopened: body.unopened }
}

function keyIn(path: string): string {
  const key = new URL(path, 'https://registry.invalid').searchParams.get('q')
  if (key === null || path !== lookupPath(key)) throw new RangeError(`not a question of this audit: ${path}`)
  return key
}

function membersOf(record: ServedRecord, crypto: Pick<Crypto, 'sha256'>, key: string): Members | null {
  const block = key.startsWith('obj/') ? null : parseBlockKey(key)
  if (block?.ok === true) return numbersMembers(record, block.value, API_LISTED)
  const [, type, ...rest] = key.split('/')
  const handle = rest.join('/')
  if (type === 'holder') {
    const holder = record.object('holder', handle)
    return holder === null ? null : holderMembers(record, holder, API_LISTED)
  }
  const known = LOOKED_UP.find((one) => one === type)
  if (known === undefined) throw new RangeError(`not a question of this audit: ${key}`)
  return objectMembers(record, crypto, known, handle)
}
