/** The `extra` of an answer, taken apart and bounded; what it says is checked elsewhere. */
import { decodeBase64, decodeUtf8 } from '@cadastre/crypto'
import { isArray, isObject, type Json, type JsonObject } from '@cadastre/records'
import type { NodePreimage, ProofNode } from '@cadastre/trie'
import { type Checked, refuse } from './refusals.ts'
import { parseStrictJson } from './strict-json.ts'

/** One path through the state, taken apart. */
export interface PathParts {
  readonly nodes: readonly ProofNode[]
  readonly end: NodePreimage | null
  readonly records: readonly string[]
}

export interface Extra extends PathParts {
  readonly state: string
}

const EXTRA_MEMBERS = 'end,nodes,records,state'
const END_MEMBERS = 'key,left,len,right,value'

function memberNames(value: object): string {
  return Object.keys(value).sort().join(',')
}

/**
 * A hash or null; undefined if it is neither. Thirty-two zero bytes are how a preimage spells "absent", so that
 * text is refused: read as a hash it would claim a child where there is none.
 */
function readHash(value: Json | undefined): Uint8Array | null | undefined {
  if (value === null) return null
  if (typeof value !== 'string' || value.length !== 44) return undefined
  const bytes = decodeBase64(value)
  if (bytes === null || bytes.length !== 32) return undefined
  return bytes.some((byte) => byte !== 0) ? bytes : undefined
}

function readLength(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 256
    ? value
    : undefined
}

function readNode(value: Json): ProofNode | null {
  if (!isArray(value) || value.length < 3 || value.length > 4) return null
  const length = readLength(value[0])
  const [first, second, third] = value.slice(1).map(readHash)
  if (length === undefined || first === undefined || second === undefined) return null
  if (value.length === 3) return [length, first, second]
  return third === undefined ? null : [length, first, second, third]
}

function readEnd(value: Json | undefined): NodePreimage | null {
  if (!isObject(value) || memberNames(value) !== END_MEMBERS) return null
  const key = value['key']
  const label = typeof key === 'string' && key.length <= 44 ? decodeBase64(key) : null
  const length = readLength(value['len'])
  const [record, left, right] = [readHash(value['value']), readHash(value['left']), readHash(value['right'])]
  if (label === null || length === undefined) return null
  if (record === undefined || left === undefined || right === undefined) return null
  return { label, length, value: record, left, right }
}

/** Reads the four members, no more and no fewer; their order is free. */
export function parseExtra(bytes: Uint8Array): Checked<Extra> {
  const text = decodeUtf8(bytes)
  if (text === null) return refuse('malformed-extra', 'The proof data is not UTF-8.')
  const parsed = parseStrictJson(text)
  if (!parsed.ok) {
    return parsed.error === 'duplicate-member'
      ? refuse('duplicate-member', 'The proof data names a member twice.')
      : refuse('malformed-extra', 'The proof data is not JSON.')
  }
  const json = parsed.value
  if (!isObject(json) || memberNames(json) !== EXTRA_MEMBERS)
    return refuse(
      'malformed-extra',
      'The proof data does not have the four members state, nodes, end, records.',
    )
  const { state } = json
  if (typeof state !== 'string' || !state.isWellFormed())
    return refuse('malformed-extra', 'The state is not a text.')
  const path = readPath(json)
  return path.ok ? { ok: true, value: { state, ...path.value } } : path
}

/** Reads the members `nodes`, `end` and `records`; others are not looked at. */
export function readPath(json: JsonObject): Checked<PathParts> {
  const { nodes: nodeList, end: endJson, records: recordList } = json
  const nodes = isArray(nodeList) ? nodeList.map(readNode) : []
  const whole = nodes.filter((node) => node !== null)
  // 257 lengths from 0 to 256 are the longest path there can be.
  if (nodes.length === 0 || nodes.length > 257 || whole.length < nodes.length)
    return refuse('malformed-extra', 'The path is not a list of nodes.')
  const end = endJson === null ? null : readEnd(endJson)
  if (endJson !== null && end === null) return refuse('malformed-extra', 'The end of the path is not a node.')
  const records = isArray(recordList) ? recordList.filter((record) => typeof record === 'string') : null
  if (records === null || !isArray(recordList) || records.length < recordList.length)
    return refuse('malformed-extra', 'The records are not a list of texts.')
  if (records.some((record) => !record.isWellFormed()))
    return refuse('malformed-extra', 'A record is not a text.')
  return { ok: true, value: { nodes: whole, end, records } }
}
