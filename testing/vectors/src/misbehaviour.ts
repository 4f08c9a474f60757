/** Files that convict a registry, each of a rule that it broke; and files that convict nobody. */

import { encodeBase64, encodeUtf8 } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { entriesPath, tilePath, treeRoot } from '@cadastre/merkle'
import {
  type Conviction,
  makeFork,
  makeMisbehaviour,
  makeReceiptConflict,
  type Sources,
} from '@cadastre/misbehaviour'
import {
  formatCheckpoint,
  formatReceipt,
  noteSigner,
  type Policy,
  parsePolicy,
  receiptHash,
  signNote,
} from '@cadastre/notes'
import { type Instant, isObject, type Json, type JsonObject, parseInstant } from '@cadastre/records'
import { type Fault, type FaultCode, Replayer } from '@cadastre/replay'
import { createTrieMemory } from '@cadastre/trie'
import { publicLog } from '@cadastre/why'
import { entriesOf, type LogCase, logCases } from './log-forgeries.ts'
import { servedAnswers } from './served-answers.ts'
import {
  type Case,
  inputBytes,
  LOG_SIGNER,
  LOG_VKEY,
  ORIGIN,
  RECEIPT_NAME,
  RECEIPT_SIGNER,
  RECEIPT_VKEY,
  STRANGER,
} from './shared.ts'
import { readerOf } from './tree.ts'
import { treeFiles, wholeLog } from './whole-log.ts'

export type MisbehaviourCase = Case & {
  /** The file. */
  readonly text: string
  /** What a valid one shows. */
  readonly kind: Conviction['kind'] | null
  readonly rule: Conviction['rule'] | null
  readonly basis: Conviction['basis'] | null
}

const POLICY_TEXT = `log ${LOG_VKEY}\nquorum none\n`

function policy(): Policy {
  const parsed = parsePolicy(nodeCrypto, POLICY_TEXT)
  if (!parsed.ok) throw new Error('no policy')
  return parsed.value
}

function now(): Instant {
  const at = parseInstant('2030-03-17T17:46:40Z')
  if (at === null) throw new Error('no instant')
  return at
}

/** Which fault of which forged log, by the log's name. */
const FORGED: Readonly<Record<string, FaultCode>> = {
  'a signature spoiled, and yet accepted': 'accepted-wrongly',
  'a record altered': 'effects-differ',
  'a good signature called bad': 'refusal-differs',
  'another root': 'roots-differ',
  'ops miscounted': 'ops-miscounted',
  'no previous state': 'previous-state-wrong',
  'a state entry earlier than the one before': 'time-decreases',
  'another time inside a batch': 'time-differs-in-batch',
  'a receipt out of order': 'receipt-out-of-order',
  'received after the decision': 'receipt-after-decision',
  'a receipt never decided': 'receipt-ignored',
  'decided too late': 'decision-late',
  'no receipt': 'receipt-missing',
  'an entry with a space': 'entry-not-canonical',
  'no UTF-8': 'entry-not-utf8',
  'a log that ends in an op': 'batch-open',
  'a state entry without an op': 'entry-malformed',
}

function rootOf(entries: readonly Uint8Array[]): Uint8Array {
  return treeRoot(nodeCrypto, readerOf(entries), entries.length)
}

function checkpointOf(size: number, root: Uint8Array, signer: typeof LOG_SIGNER = LOG_SIGNER): string {
  return signNote(formatCheckpoint({ origin: ORIGIN, size, root }), [noteSigner(nodeCrypto, ORIGIN, signer)])
}

type PublicFiles = ReadonlyMap<string, Uint8Array>

/** The sources of evidence about a log of these entries; its files may be others than those of the entries. */
function sourcesOf(entries: readonly Uint8Array[], replayer: Replayer, files: PublicFiles): Sources {
  const read = (path: string): Promise<Uint8Array | null> => Promise.resolve(files.get(path) ?? null)
  return {
    crypto: nodeCrypto,
    trust: policy(),
    log: publicLog(read, entries.length),
    checkpoint: checkpointOf(entries.length, rootOf(entries)),
    size: entries.length,
    stateAt: (size) => {
      const view = replayer.stateAt(size)
      return view === null ? Promise.reject(new Error(`no state at ${size}`)) : Promise.resolve(view)
    },
    files: { from: 'https://registry.example/log/', read, now },
  }
}

function newReplayer(): Replayer {
  const memory = createTrieMemory({ poolBytes: 2 ** 24, recordBytes: 2 ** 26 })
  return new Replayer({ crypto: nodeCrypto, origin: ORIGIN, memory, audit: true })
}

/** The file about the first fault of this code in a log of these entries, as an audit makes it. */
async function fileOf(entries: readonly Uint8Array[], code: FaultCode): Promise<string> {
  const replayer = newReplayer()
  const sources = sourcesOf(entries, replayer, treeFiles(entries))
  const made = async (faults: readonly Fault[]): Promise<string | null> => {
    const fault = faults.find((one) => one.code === code)
    const result = fault === undefined ? null : await makeMisbehaviour(sources, fault)
    if (result?.ok === false) throw new Error(`${code}: ${result.error}`)
    return result?.value ?? null
  }
  for (const [index, bytes] of entries.entries()) {
    const text = await made(replayer.step(index, bytes))
    if (text !== null) return text
  }
  const text = await made(replayer.finish())
  if (text === null) throw new Error(`the log does not show ${code}`)
  return text
}

/** Logs that were written falsely: every one signed by the log's own key. */
async function forgedLogs(whole: readonly Uint8Array[]): Promise<readonly MisbehaviourCase[]> {
  const cases = new Map(logCases().map((one) => [one.name, one]))
  const made: MisbehaviourCase[] = []
  for (const [name, code] of Object.entries(FORGED)) {
    const given: LogCase | undefined = cases.get(name)
    if (given === undefined) throw new Error(`no forged log: ${name}`)
    made.push(valid(name, await fileOf(entriesOf(whole, given, inputBytes), code)))
  }
  return made
}

function valid(name: string, text: string): MisbehaviourCase {
  const { kind, rule } = JSON.parse(text) as Pick<Conviction, 'kind' | 'rule'>
  return { name, valid: true, text, kind, rule, basis: kind === 'served' ? 'observed' : 'signed' }
}

function invalid(name: string, text: string): MisbehaviourCase {
  return { name, valid: false, text, kind: null, rule: null, basis: null }
}

/** Two checkpoints of which one is no beginning of the other. */
async function forks(whole: readonly Uint8Array[]): Promise<readonly MisbehaviourCase[]> {
  const other = whole.with(20, encodeUtf8('another entry'))
  const [one, two] = [checkpointOf(whole.length, rootOf(whole)), checkpointOf(other.length, rootOf(other))]
  const early = checkpointOf(29, rootOf(other.slice(0, 29)))
  const honest = checkpointOf(29, rootOf(whole.slice(0, 29)))
  const files = treeFiles(whole)
  const log = publicLog((path) => Promise.resolve(files.get(path) ?? null), whole.length)
  const same = await makeFork(nodeCrypto, one, two)
  const sizes = await makeFork(nodeCrypto, early, one, log)
  const stranger = checkpointOf(other.length, rootOf(other), STRANGER)
  return [
    valid('two checkpoints of one size', same),
    valid('two checkpoints of different sizes', sizes),
    invalid('one checkpoint twice', await makeFork(nodeCrypto, one, one)),
    invalid('a checkpoint that only grew', await makeFork(nodeCrypto, honest, one, log)),
    invalid('the other checkpoint is signed by a stranger', await makeFork(nodeCrypto, one, stranger)),
    invalid(
      'another root for the smaller size',
      altered(sizes, { root: encodeBase64(rootOf(whole.slice(0, 28))) }),
    ),
  ]
}

/** Files of the honest log, one of them changed by whoever gave it out. */
async function servedFiles(whole: readonly Uint8Array[]): Promise<readonly MisbehaviourCase[]> {
  const right = treeFiles(whole)
  const replayer = newReplayer()
  const tile = tilePath(0, 0, whole.length)
  const bundle = entriesPath(0, whole.length)
  const changed = (path: string, at: number): PublicFiles => {
    const bytes = new Uint8Array(right.get(path) ?? [])
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return new Map(right).set(path, bytes)
  }
  const about = async (
    files: PublicFiles,
    code: 'tile-differs' | 'tile-missing' | 'bundle-malformed',
    path: string,
  ) => {
    const sources = sourcesOf(whole, replayer, files)
    const made = right.get(tile)
    const fault = { index: 0, code, path, ...(made === undefined ? {} : { made }) }
    const result = await makeMisbehaviour(sources, fault)
    if (!result.ok) throw new Error(`${code}: ${result.error}`)
    return result.value
  }
  const differs = await about(changed(tile, 32 * 7), 'tile-differs', tile)
  const without = new Map(right)
  without.delete(tile)
  const root = { index: 0, code: 'log-root-differs' } as const
  const wrong = {
    ...sourcesOf(whole, replayer, right),
    checkpoint: checkpointOf(whole.length, rootOf(whole.slice(1))),
  }
  const wrongRoot = await makeMisbehaviour(wrong, root)
  if (!wrongRoot.ok) throw new Error(wrongRoot.error)
  const honest = {
    observed: { ...observedIn(differs), bytes: encodeBase64(right.get(tile) ?? new Uint8Array()) },
  }
  return [
    valid('a tile with another hash', differs),
    valid('a tile that is not there', await about(without, 'tile-missing', tile)),
    valid('a bundle that is none', await about(changed(bundle, 0), 'bundle-malformed', bundle)),
    valid('a checkpoint of another root than the tiles', wrongRoot.value),
    invalid('the right tile', altered(differs, honest)),
    invalid(
      'another node than the one proved',
      altered(differs, { node: { ...memberOf(differs, 'node'), index: 8 } }),
    ),
  ]
}

function memberOf(text: string, name: string): JsonObject {
  const json = JSON.parse(text) as JsonObject
  const member = json[name]
  if (!isObject(member)) throw new Error(`no ${name}`)
  return member
}

const observedIn = (text: string): JsonObject => memberOf(text, 'observed')

function altered(text: string, members: { readonly [name: string]: Json }): string {
  return `${JSON.stringify({ ...(JSON.parse(text) as JsonObject), ...members })}\n`
}

/** Two receipts that cannot both be true. */
function receiptPairs(): readonly MisbehaviourCase[] {
  const signed = (
    seq: number,
    previous: Uint8Array,
    what: string,
  ): { readonly text: string; readonly note: string } => {
    const text = formatReceipt({
      origin: ORIGIN,
      seq,
      previous,
      request: nodeCrypto.sha256(encodeUtf8(what)),
      received: '2030-01-01T00:00:00Z',
      deadline: '2030-01-01T00:01:00Z',
    })
    return { text, note: signNote(text, [noteSigner(nodeCrypto, RECEIPT_NAME, RECEIPT_SIGNER)]) }
  }
  const one = signed(7, nodeCrypto.sha256(encodeUtf8('six')), 'one')
  const again = signed(7, nodeCrypto.sha256(encodeUtf8('six')), 'another')
  const next = signed(8, receiptHash(nodeCrypto, one.text), 'next')
  const broken = signed(8, receiptHash(nodeCrypto, again.text), 'next')
  return [
    valid('one number for two requests', makeReceiptConflict(one.note, again.note)),
    valid('a chain that does not hold', makeReceiptConflict(one.note, broken.note)),
    invalid('two receipts, one after the other', makeReceiptConflict(one.note, next.note)),
  ]
}

/** What makes a good file a bad one, whatever it is about. */
function spoiled(made: readonly MisbehaviourCase[]): readonly MisbehaviourCase[] {
  const of = (name: string): string => made.find((one) => one.name === name)?.text ?? ''
  const decision = of('a signature spoiled, and yet accepted')
  const miscounted = of('ops miscounted')
  return [
    invalid('another rule than the one broken', altered(decision, { rule: 'refused-wrongly' })),
    invalid('a rule that nobody knows', altered(decision, { rule: 'bad-manners' })),
    invalid('another kind than the members are of', altered(decision, { kind: 'entries' })),
    invalid('no checkpoint', altered(miscounted, { checkpoint: null })),
    invalid('another format', altered(miscounted, { format: 'cadastre-misbehaviour/v2' })),
    invalid('an entry that is not in the log', miscounted.replace('\\"ops\\":2', '\\"ops\\":3')),
    invalid('no JSON', miscounted.slice(1)),
  ]
}

/** What RDAP and WHOIS served of the honest log, changed and unchanged. */
async function answers(whole: readonly Uint8Array[]): Promise<readonly MisbehaviourCase[]> {
  const files = await servedAnswers(whole, checkpointOf(whole.length, rootOf(whole)))
  return files.map(({ name, convicts, text }) => (convicts ? valid(name, text) : invalid(name, text)))
}

/** All cases, and what they are verified with. */
export async function misbehaviourVectors(): Promise<object> {
  const whole = wholeLog().log.entries
  const made = [
    ...(await forgedLogs(whole)),
    ...(await forks(whole)),
    ...(await servedFiles(whole)),
    ...receiptPairs(),
    ...(await answers(whole)),
  ]
  return { policy: POLICY_TEXT, receiptVkey: RECEIPT_VKEY, cases: [...made, ...spoiled(made)] }
}
