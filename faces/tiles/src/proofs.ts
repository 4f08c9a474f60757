/** Proof documents for addresses, prefixes, AS numbers and objects, present or absent. */

import {
  type Block,
  blockRange,
  err,
  type NumberError,
  ok,
  parseAddress,
  parseAsn,
  parsePrefix,
  type Result,
  range,
  rangeToBlocks,
  singleBlock,
} from '@cadastre/numbers'
import type { RegistryReader, Snapshot } from '@cadastre/reader'
import { cellKey, OBJECT_TYPES, objectKey, parseHandle, type RecordKey } from '@cadastre/records'
import { badInput, FRESH, IMMUTABLE, NO_STORE, plain } from './replies.ts'

/** Proof for an address at full length, or for a prefix at its own; `text` is what follows `/proof/ip/`. */
export function answerIpProof(
  reader: RegistryReader,
  text: string,
  size: string | undefined,
): Response | Promise<Response> {
  const decoded = decode(text)
  const parsed: Result<Block, NumberError> = decoded.includes('/')
    ? parsePrefix(decoded)
    : blockOfAddress(decoded)
  if (!parsed.ok) return badInput('address or prefix', parsed.error.value, parsed.error.expected)
  return answerProof(reader, cellKey(parsed.value), size)
}

function blockOfAddress(text: string): Result<Block, NumberError> {
  const address = parseAddress(text)
  return address.ok ? ok(singleBlock(address.value.space, address.value.value)) : address
}

/** Proof for one AS number, or for an aligned block of them such as `64496-64511`; with or without `AS`. */
export function answerAutnumProof(
  reader: RegistryReader,
  text: string,
  size: string | undefined,
): Response | Promise<Response> {
  const parsed = blockOfAsns(decode(text))
  if (!parsed.ok) return badInput('AS number', parsed.error.value, parsed.error.expected)
  return answerProof(reader, cellKey(parsed.value), size)
}

/** A proof is of one key: a range that is no aligned block is refused, and its blocks are named. */
function blockOfAsns(text: string): Result<Block, Pick<NumberError, 'value' | 'expected'>> {
  const [first = '', last = first, ...more] = text.split('-')
  const [low, high] = [parseAsn(first.trim()), parseAsn(last.trim())]
  if (!low.ok) return low
  if (!high.ok) return high
  const between = more.length === 0 ? range('asn', BigInt(low.value), BigInt(high.value)) : null
  if (between === null || !between.ok)
    return err({ value: text, expected: 'two AS numbers, the smaller one first, such as 64496-64511' })
  const blocks = rangeToBlocks(between.value)
  const [only] = blocks
  if (only !== undefined && blocks.length === 1) return ok(only)
  const named = blocks.slice(0, NAMED_BLOCKS).map(asnBlockText).join(', ')
  const rest = blocks.length > NAMED_BLOCKS ? ' and so on' : ''
  return err({ value: text, expected: `a block of its own key; these are in it: ${named}${rest}` })
}

const NAMED_BLOCKS = 8

function asnBlockText(block: Block): string {
  const { first, last } = blockRange(block)
  return first === last ? `${first}` : `${first}-${last}`
}

/** Proof for `<type>/<handle>`; handles are case-insensitive and stored in upper case (design.md section 4). */
export function answerObjectProof(
  reader: RegistryReader,
  text: string,
  size: string | undefined,
): Response | Promise<Response> {
  const decoded = decode(text)
  const slash = decoded.indexOf('/')
  const name = slash < 0 ? decoded : decoded.slice(0, slash)
  const type = OBJECT_TYPES.find((candidate) => candidate === name)
  if (type === undefined) return badInput('object type', name, `one of ${OBJECT_TYPES.join(', ')}`)
  const handleText = slash < 0 ? '' : decoded.slice(slash + 1)
  const handle = parseHandle(handleText)
  if (handle === null)
    return badInput('handle', handleText, '1 to 100 letters, digits, "-", "." or "_", such as H-7')
  return answerProof(reader, objectKey(type, handle), size)
}

function answerProof(
  reader: RegistryReader,
  key: RecordKey,
  size: string | undefined,
): Response | Promise<Response> {
  if (size === undefined) return proofAt(reader.snapshot(), key, FRESH)
  if (!/^[1-9][0-9]{0,15}$/.test(size)) return badInput('size', size, 'the size of a published checkpoint')
  const snapshot = reader.snapshotAt(Number(size))
  return snapshot === null ? sizeNotKept(reader, size) : proofAt(snapshot, key, IMMUTABLE)
}

function proofAt(snapshot: Snapshot, key: RecordKey, caching: string): Response {
  return plain(200, snapshot.prove(key), { 'Cache-Control': caching })
}

/** 404 that says which sizes are kept (design.md section 5: the last 64 checkpoints). */
async function sizeNotKept(reader: RegistryReader, size: string): Promise<Response> {
  const checkpoints = await reader.store.checkpoints()
  const kept = checkpoints.map((one) => one.size).filter((one) => reader.snapshotAt(one) !== null)
  const text = `No proof at log size ${size}: that checkpoint is not kept, or was never published.\nKept sizes: ${kept.join(' ')}\n`
  return plain(404, text, { 'Cache-Control': NO_STORE })
}

/** Percent-decoding of what Hono left encoded, such as `%2F`; a text that does not decode is taken as it is. */
function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}
