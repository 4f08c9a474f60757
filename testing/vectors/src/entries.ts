/** Vectors of single entries: their closed shapes and their bytes. What they say is not looked at. */

import { encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { type Json, type JsonObject, MAX_ENTRY_BYTES } from '@cadastre/records'
import { bytesOf, jsonOf } from './log-maker.ts'
import { type Case, type Input, input, sha256Base64 } from './shared.ts'
import { wholeLog } from './whole-log.ts'

export type EntryCase = Case & Input & { readonly kind?: 'op' | 'state'; readonly leaf?: string }

const SOME = encodeBase64(new Uint8Array(32).fill(7))
const INPUT: JsonObject = { key: 'ip4/203.0.113.0/24', q: 'chain', hash: null }
const EFFECT: JsonObject = { key: 'obj/holder/H-7', prev: null, next: { any: [1, null] } }

function leafOf(bytes: Uint8Array): string {
  return sha256Base64(Uint8Array.of(0), bytes)
}

type Changes = Readonly<Record<string, JsonObject>>
/** An op and a state entry of the whole log, and parts of the op. */
type Models = {
  readonly op: JsonObject
  readonly state: JsonObject
  readonly request: JsonObject
  readonly item: JsonObject
}

function models(): Models {
  const { entries } = wholeLog().log
  const op = jsonOf(entries[56] ?? new Uint8Array())
  const state = jsonOf(entries[16] ?? new Uint8Array())
  const [item = {}] = op['evidence'] as readonly JsonObject[]
  return { op, state, request: op['request'] as JsonObject, item }
}

const accepted = (effects: readonly Json[]): JsonObject => ({ accepted: true, effects })

function without(base: JsonObject, member: string): JsonObject {
  return Object.fromEntries(Object.entries(base).filter(([name]) => name !== member))
}

function good(kind: 'op' | 'state', given: Changes): EntryCase[] {
  return Object.entries(given).map(([name, json]) => {
    const bytes = bytesOf(json)
    return { name, valid: true, kind, ...input(bytes), leaf: leafOf(bytes) }
  })
}

function bad(base: JsonObject, given: Changes): EntryCase[] {
  return Object.entries(given).map(([name, change]) => ({
    name,
    valid: false,
    ...input(bytesOf({ ...base, ...change })),
  }))
}

/** The op with an effect that makes it so long. */
function padded(op: JsonObject, bytes: number): JsonObject {
  const empty = { ...op, outcome: accepted([{ ...EFFECT, next: '' }]) }
  return { ...op, outcome: accepted([{ ...EFFECT, next: 'a'.repeat(bytes - bytesOf(empty).length) }]) }
}

function goodEntries({ op, state, request }: Models): EntryCase[] {
  const asked = (change: JsonObject): JsonObject => ({ request: { ...request, ...change } })
  return [
    ...good('op', {
      'an op': op,
      'no request, no receipt': { ...op, request: null, received: null, evidence: [], inputs: [INPUT] },
      'effects, one a deletion': {
        ...op,
        outcome: accepted([EFFECT, { ...EFFECT, key: 'asn/0/0', prev: SOME, next: null }]),
      },
      'no effects': { ...op, outcome: accepted([]) },
      '32,768 bytes': padded(op, MAX_ENTRY_BYTES),
      'a request that names members': {
        ...op,
        ...asked({ replaces: [{ member: 'ip4/203.0.113.0/24#R-1', hash: null }] }),
      },
      'an empty nonce': { ...op, ...asked({ nonce: '' }) },
    }),
    ...good('state', {
      'a state entry': state,
      'the first': { ...state, prev: null },
      'large numbers': { ...state, ops: Number.MAX_SAFE_INTEGER },
    }),
  ]
}

function badOps({ op }: Models): EntryCase[] {
  return bad(op, {
    'a member more': { note: '' },
    'another t': { t: 'note' },
    'v 2': { v: 2 },
    'v as text': { v: '1' },
    'a time with an offset': { at: '2030-01-01T00:00:00+00:00' },
    'received without at': { received: { seq: 1 } },
    'seq 0': { received: { seq: 0, at: '2030-01-01T00:00:00Z' } },
    'a procedure without version': { procedure: 'allocate' },
    'a procedure of version 0': { procedure: 'allocate/0' },
    'a procedure in capitals': { procedure: 'ALLOCATE/1' },
    'a procedure with a newline': { procedure: 'allocate/1\n' },
    'a procedure of 41 characters': { procedure: `${'a'.repeat(39)}/1` },
    'inputs null': { inputs: null },
    'an input of another kind': { inputs: [{ ...INPUT, q: 'all' }] },
    'an input with a member more': { inputs: [{ ...INPUT, note: 1 }] },
    'an input with a hash of 31 bytes': { inputs: [{ ...INPUT, hash: encodeBase64(new Uint8Array(31)) }] },
    'an input with a hash whose unused bits are set': {
      inputs: [{ ...INPUT, hash: `${SOME.slice(0, -2)}d=` }],
    },
    'an input with host bits in its key': { inputs: [{ ...INPUT, key: 'ip4/203.0.113.1/24' }] },
    '1,025 inputs': {
      inputs: Array.from({ length: 1025 }, () => ({ key: 'asn/0/0', q: 'chain', hash: null })),
    },
    'outcome null': { outcome: null },
    'accepted as text': { outcome: { accepted: 'true', effects: [] } },
    'accepted without effects': { outcome: { accepted: true } },
    'refused with effects': { outcome: { accepted: false, effects: [] } },
    'no refusals': { outcome: { accepted: false, refusals: [] } },
    'a refusal in capitals': { outcome: { accepted: false, refusals: ['NO'] } },
    'an effect without prev': { outcome: accepted([without(EFFECT, 'prev')]) },
    'an effect without a key': { outcome: accepted([without(EFFECT, 'key')]) },
    'an effect with a member more': { outcome: accepted([{ ...EFFECT, basis: [] }]) },
  })
}

function badRequests({ op, request, item }: Models): EntryCase[] {
  const asked = (change: JsonObject): JsonObject => ({ request: { ...request, ...change } })
  return bad(op, {
    'evidence null': { evidence: null },
    'evidence of 33 keys': {
      evidence: Array.from({ length: 33 }, (_, n) => ({
        ...item,
        key: encodeBase64(new Uint8Array(32).fill(n)),
      })),
    },
    'a key twice in the evidence': { evidence: [item, item] },
    'an unknown algorithm': { evidence: [{ ...item, alg: 'rsa' }] },
    'evidence with a member more': { evidence: [{ ...item, note: '' }] },
    'a key that is no base64': { evidence: [{ ...item, key: '?' }] },
    'a request with a member more': asked({ note: '' }),
    'a request without a nonce': { request: without(request, 'nonce') },
    'a request of version 2': asked({ v: 2 }),
    'a request with a space in its origin': asked({ origin: 'registry example' }),
    'a request without origin': asked({ origin: '' }),
    'a body that is a list': asked({ body: [] }),
    'a nonce that is no base64': asked({ nonce: 'A' }),
    'a member without #': asked({ replaces: [{ member: 'ip4/203.0.113.0/24', hash: null }] }),
    'a member with nothing after #': asked({ replaces: [{ member: 'ip4/203.0.113.0/24#', hash: null }] }),
    'a member without hash': asked({ replaces: [{ member: 'a#b' }] }),
    '65 members': asked({ replaces: Array.from({ length: 65 }, () => ({ member: 'a#b', hash: null })) }),
    'a day that does not exist as expiry': asked({ expires: '2030-02-30T00:00:00Z' }),
  })
}

function badStates({ state }: Models): EntryCase[] {
  return [
    ...bad(state, {
      'state: a member more': { note: '' },
      'state: ops 0': { ops: 0 },
      'state: prev -1': { prev: -1 },
      'state: ops as text': { ops: '1' },
      'state: a root more': { roots: { ...(state['roots'] as JsonObject), index: SOME } },
      'state: a root less': { roots: without(state['roots'] as JsonObject, 'obj') },
      'state: a root null': { roots: { ...(state['roots'] as JsonObject), obj: null } },
      'state: the members of an op': { inputs: [] },
    }),
  ]
}

function missingMembers({ op, state }: Models): EntryCase[] {
  return [op, state].flatMap((base) =>
    Object.keys(base).map((member) => ({
      name: `${String(base['t'])} without ${member}`,
      valid: false,
      ...input(bytesOf(without(base, member))),
    })),
  )
}

export function entryCases(): readonly EntryCase[] {
  const model = models()
  const { op, state } = model
  return [
    ...goodEntries(model),
    ...missingMembers(model),
    ...badOps(model),
    ...badRequests(model),
    ...badStates(model),
    { name: '32,769 bytes', valid: false, ...input(bytesOf(padded(op, MAX_ENTRY_BYTES + 1))) },
    { name: 'a list', valid: false, text: '[]' },
    { name: 'null', valid: false, text: 'null' },
    { name: 'nothing', valid: false, text: '' },
    { name: 'a space', valid: false, text: new TextDecoder().decode(bytesOf(state)).replace('{', '{ ') },
    { name: 'no UTF-8', valid: false, ...input(Uint8Array.from([...encodeUtf8('{"t":"op'), 0xff])) },
  ]
}
