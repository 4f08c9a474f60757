/** Logs that somebody who holds every key of the registry might write: the whole log with something changed. */

import { encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import type { Json, JsonObject } from '@cadastre/records'
import { type FaultCode, Replayer } from '@cadastre/replay'
import { requestText, signRequest } from '@cadastre/signatures'
import { bytesOf, jsonOf, type LogMaker } from './log-maker.ts'
import { type Case, type Input, input, ORIGIN, testSigner } from './shared.ts'
import { ALICE, wholeLog } from './whole-log.ts'

/** The first `keep` entries of the whole log, some of them replaced, and more after them. */
export type LogCase = Case & {
  readonly keep: number
  readonly replace: readonly (Input & { readonly index: number })[]
  readonly append: readonly Input[]
  /** What is wrong, in the words of this project's replayer. */
  readonly faults: readonly FaultCode[]
}

/** All faults of a log, each code once. */
export function faultsOf(entries: readonly Uint8Array[]): readonly FaultCode[] {
  const replayer = new Replayer({ crypto: nodeCrypto, origin: ORIGIN })
  const faults = entries.flatMap((bytes, index) => replayer.step(index, bytes))
  return [...new Set([...faults, ...replayer.finish()].map(({ code }) => code))]
}

/** The entries of a case. */
export function entriesOf(
  whole: readonly Uint8Array[],
  given: LogCase,
  bytes: (of: Input) => Uint8Array,
): Uint8Array[] {
  const entries = whole.slice(0, given.keep)
  for (const { index, ...of } of given.replace) entries[index] = bytes(of)
  return [...entries, ...given.append.map(bytes)]
}

type Change = (entry: JsonObject) => Json

const inOutcome =
  (change: (effects: readonly JsonObject[]) => readonly Json[]): Change =>
  (entry) => {
    const outcome = entry['outcome'] as JsonObject
    return { ...entry, outcome: { ...outcome, effects: change(outcome['effects'] as readonly JsonObject[]) } }
  }
const inFirst =
  (list: string, change: Change): Change =>
  (entry) => {
    const [first = {}, ...rest] = entry[list] as readonly JsonObject[]
    return { ...entry, [list]: [change(first), ...rest] }
  }
const SOME = encodeBase64(new Uint8Array(32).fill(7))

/** Changes of one entry's members, by the index in the whole log. */
const CHANGES: Readonly<Record<string, readonly [number, Change]>> = {
  'a state entry earlier than the one before': [12, (entry) => ({ ...entry, at: '2029-12-31T23:59:59Z' })],
  'another time inside a batch': [18, (entry) => ({ ...entry, at: '2030-01-01T00:02:00Z' })],
  'ops miscounted': [16, (entry) => ({ ...entry, ops: 2 })],
  'ops 0': [16, (entry) => ({ ...entry, ops: 0 })],
  'another previous state': [16, (entry) => ({ ...entry, prev: 8 })],
  'no previous state': [16, (entry) => ({ ...entry, prev: null })],
  'another root': [16, (entry) => ({ ...entry, roots: { ...(entry['roots'] as JsonObject), ip6: SOME } })],
  'another hash before': [28, inOutcome(([first = {}, ...rest]) => [{ ...first, prev: SOME }, ...rest])],
  'no hash before': [28, inOutcome(([first = {}, ...rest]) => [{ ...first, prev: null }, ...rest])],
  'an effect left out': [17, inOutcome((effects) => effects.slice(0, -1))],
  'a record written twice': [17, inOutcome((effects) => [...effects, ...effects.slice(0, 1)])],
  'a record altered': [17, inOutcome(([first = {}, ...rest]) => [{ ...first, next: { v: 1 } }, ...rest])],
  'a record deleted': [17, inOutcome(([first = {}, ...rest]) => [{ ...first, next: null }, ...rest])],
  'another record hash of an input': [17, inFirst('inputs', (first) => ({ ...first, hash: SOME }))],
  'an input that is not there': [17, inFirst('inputs', (first) => ({ ...first, hash: null }))],
  'another chain hash': [
    28,
    (entry) => ({
      ...entry,
      inputs: (entry['inputs'] as JsonObject[]).map((one) =>
        one['q'] === 'chain' ? { ...one, hash: SOME } : one,
      ),
    }),
  ],
  'another subtree hash': [
    22,
    (entry) => ({
      ...entry,
      inputs: (entry['inputs'] as JsonObject[]).map((one) =>
        one['q'] === 'subtree' ? { ...one, hash: SOME } : one,
      ),
    }),
  ],
  'a signature spoiled, and yet accepted': [
    17,
    inFirst('evidence', (first) => ({ ...first, sig: encodeBase64(new Uint8Array(64).fill(1)) })),
  ],
  'signed by another key': [
    17,
    (entry) => ({
      ...entry,
      evidence: [
        {
          ...signRequest(requestText(entry['request'] as never), ALICE),
          key: encodeBase64(testSigner(3).publicKey),
        },
      ],
    }),
  ],
  'a bad signature refused for another reason': [
    53,
    (entry) => ({ ...entry, outcome: { accepted: false, refusals: ['consent-missing'] } }),
  ],
  'a good signature called bad': [
    57,
    (entry) => ({ ...entry, inputs: [], outcome: { accepted: false, refusals: ['signature-invalid'] } }),
  ],
  'a request without evidence': [17, (entry) => ({ ...entry, evidence: [] })],
  'another procedure than requested': [17, (entry) => ({ ...entry, procedure: 'return/1' })],
  'the request altered': [
    17,
    (entry) => ({
      ...entry,
      request: { ...(entry['request'] as JsonObject), expires: '2031-01-01T00:00:00Z' },
    }),
  ],
  'no receipt': [17, (entry) => ({ ...entry, received: null })],
  'a receipt out of order': [18, (entry) => ({ ...entry, received: { seq: 2, at: entry['at'] ?? null } })],
  'received after the decision': [
    18,
    (entry) => ({ ...entry, received: { seq: 8, at: '2031-01-01T00:00:00Z' } }),
  ],
  'what fell due has a receipt': [
    51,
    (entry) => ({ ...entry, received: { seq: 100, at: entry['at'] ?? null } }),
  ],
  'what fell due names no record': [51, (entry) => ({ ...entry, inputs: [] })],
  'genesis of another origin': [
    0,
    (entry) => ({
      ...entry,
      request: { ...(entry['request'] as JsonObject), origin: 'another.example/log' },
    }),
  ],
  'a member too many': [18, (entry) => ({ ...entry, note: '' })],
  'a member too few': [18, ({ evidence: _, ...entry }) => entry],
  'version 2': [18, (entry) => ({ ...entry, v: 2 })],
  'a state entry with a member too many': [16, (entry) => ({ ...entry, note: '' })],
  'a key that is not canonical': [17, inFirst('inputs', (first) => ({ ...first, key: 'obj/holder/h-7' }))],
  'a hash that is none': [17, inFirst('inputs', (first) => ({ ...first, hash: 'AAAA' }))],
  'an unknown kind of input': [17, inFirst('inputs', (first) => ({ ...first, q: 'children' }))],
  'accepted with refusals': [
    19,
    (entry) => ({ ...entry, outcome: { ...(entry['outcome'] as JsonObject), accepted: true } }),
  ],
  'refused without a reason': [19, (entry) => ({ ...entry, outcome: { accepted: false, refusals: [] } })],
}

/** Changes of one entry's bytes. */
const BYTES: Readonly<Record<string, readonly [number, (text: string) => string | Uint8Array]>> = {
  'an entry with a space': [18, (text) => text.replace('{', '{ ')],
  'an entry with a newline': [18, (text) => `${text}\n`],
  'a member twice': [18, (text) => text.replace('"t":"op"', '"t":"op","t":"op"')],
  'members unsorted': [16, (text) => text.replace(/^\{("at":"[^"]*"),("ops":\d+)/, '{$2,$1')],
  'no UTF-8': [18, (text) => Uint8Array.from([...encodeUtf8(text), 0xff])],
  'an empty entry': [18, () => ''],
  'another kind of entry': [18, () => '{"t":"note","v":1}'],
  'an entry too large': [18, (text) => text.replace('"outcome"', `"note":"${'a'.repeat(33_000)}","outcome"`)],
}

/** Entries that follow the honest log, written by the same maker with something wrong. */
const APPENDED: Readonly<Record<string, (log: LogMaker, alice: string) => void>> = {
  'a log that ends in an op': (log, alice) => {
    log.act('confirm/1', { holder: alice }, [ALICE])
  },
  'a state entry without an op': (log) => {
    log.commit()
  },
  'the same request decided twice': (log, alice) => {
    const request = log.request('confirm/1', { holder: alice })
    const text = requestText(request)
    for (let times = 0; times < 2; times++) {
      log.log(request, [signRequest(text, ALICE)], log.receipt(text))
      log.commit()
      log.advance(1)
    }
  },
  'a receipt never decided': (log, alice) => {
    log.receipt('ignored')
    log.act('confirm/1', { holder: alice }, [ALICE])
    log.commit()
    log.advance(61)
    log.act('confirm/1', { holder: alice }, [ALICE])
    log.commit()
  },
  'decided too late': (log, alice) => {
    const request = log.request('confirm/1', { holder: alice })
    const received = log.receipt(requestText(request))
    log.advance(61)
    log.log(request, [signRequest(requestText(request), ALICE)], received)
    log.commit()
  },
}

export function logCases(): readonly LogCase[] {
  const { entries } = wholeLog().log
  const whole = entries.length
  const made = (name: string, given: Partial<Omit<LogCase, 'faults'>>): LogCase => {
    const without = { name, valid: false, keep: whole, replace: [], append: [], faults: [], ...given }
    const all = entriesOf(entries, without, (of) =>
      'text' in of ? encodeUtf8(of.text) : Buffer.from(of.base64, 'base64'),
    )
    const faults = faultsOf(all)
    if ((faults.length === 0) !== without.valid) throw new Error(`${name}: ${faults.join()}`)
    return { ...without, faults }
  }
  const replaced = (name: string, index: number, bytes: string | Uint8Array): LogCase =>
    made(name, { replace: [{ index, ...input(bytes) }] })
  const entry = (index: number): Uint8Array => entries[index] ?? new Uint8Array()
  return [
    made('the whole log', { valid: true }),
    made('its first batches', { valid: true, keep: 17 }),
    ...Object.entries(CHANGES).map(([name, [index, change]]) =>
      replaced(name, index, bytesOf(change(jsonOf(entry(index))))),
    ),
    ...Object.entries(BYTES).map(([name, [index, change]]) =>
      replaced(name, index, change(new TextDecoder().decode(entry(index)))),
    ),
    ...Object.entries(APPENDED).map(([name, write]) => {
      const { log, holders } = wholeLog()
      log.advance(60)
      write(log, holders.alice)
      return made(name, { append: log.entries.slice(whole).map((bytes) => input(bytes)) })
    }),
    made('cut in the middle of a batch', { keep: 19 }),
    made('nothing but a state entry', { keep: 1, replace: [{ index: 0, ...input(entry(3)) }] }),
  ]
}
