/** Vectors of answers: a small registry of no meaning, honest answers to many queries, and who may be trusted. */

import {
  type AnswerFrame,
  formatStateEntry,
  makeAnswer,
  parsePolicy,
  type Query,
  verifyAnswer,
} from '@cadastre/answers'
import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { inclusionProof, treeRoot } from '@cadastre/merkle'
import { appendSignatureLines, cosign, formatCheckpoint, noteSigner, signNote } from '@cadastre/notes'
import { instantFromSeconds, objectKey, type StateEntry } from '@cadastre/records'
import { SPACES, type TrieWriter } from '@cadastre/trie'
import {
  type Case,
  type Input,
  input,
  LOG_SIGNER,
  NOW,
  ORIGIN,
  policyText,
  random,
  WITNESSES,
} from './shared.ts'
import { bitsKey, newTrie, queryOf, randomBits } from './state.ts'
import { readerOf } from './tree.ts'

const STATE_TIME = NOW - 20
export const MAX_SECONDS = 600

export type FrameOptions = {
  readonly times?: readonly (number | null)[]
  readonly index?: number
  readonly signer?: Signer
  readonly origin?: string
}

/** Frames one of the entries, the last if nothing else is said, in a signed and cosigned checkpoint. */
export function frameOf(entries: readonly string[], options: FrameOptions = {}): AnswerFrame {
  const read = readerOf(entries.map(encodeUtf8))
  const size = entries.length
  const {
    index = size - 1,
    times = [NOW - 5, NOW - 6, NOW - 7],
    signer = LOG_SIGNER,
    origin = ORIGIN,
  } = options
  const text = formatCheckpoint({ origin, size, root: treeRoot(nodeCrypto, read, size) })
  const note = signNote(text, [noteSigner(nodeCrypto, origin, signer)])
  const lines = WITNESSES.flatMap(({ vkeyName, signer: witness }, n) => {
    const time = times[n]
    return time === null || time === undefined ? [] : [cosign(nodeCrypto, vkeyName, witness, text, time)]
  })
  return {
    state: entries[index] ?? '',
    inclusion: inclusionProof(nodeCrypto, read, index, size),
    checkpoint: appendSignatureLines(note, lines),
  }
}

/** A state, and a log that ends in it. Its other entries are of no form: an answer does not look at them. */
export class SmallRegistry {
  readonly trie: TrieWriter = newTrie()
  readonly records: Map<string, string> = new Map()
  readonly entries: string[] = ['{"t":"op"}', '{"n":1,"t":"op"}']

  put(key: string, text: string): void {
    const { space, label, length } = queryOf(key)
    this.records.set(key, text)
    this.trie.set(space, label, length, encodeUtf8(text))
  }

  state(): StateEntry {
    const view = this.trie.working()
    const root = (space: 'asn' | 'ip4' | 'ip6' | 'obj'): string => encodeBase64(view.rootHash(space))
    const previous = this.entries.findLastIndex((entry) => entry.includes('"t":"state"'))
    return {
      t: 'state',
      v: 1,
      at: instantFromSeconds(STATE_TIME),
      ops: 2,
      prev: previous < 0 ? null : previous,
      roots: { asn: root('asn'), ip4: root('ip4'), ip6: root('ip6'), obj: root('obj') },
    }
  }

  /** Logs the state and frames it. */
  publish(options: FrameOptions = {}): AnswerFrame {
    this.entries.push(formatStateEntry(this.state()))
    return frameOf(this.entries, options)
  }

  answer(frame: AnswerFrame, query: Query): string {
    return makeAnswer(frame, this.trie.working().prove(query.space, query.label, query.length))
  }
}

/** About `count` records in each space. */
export function randomRegistry(seed: number, count: number): SmallRegistry {
  const pick = random(seed)
  const registry = new SmallRegistry()
  for (const space of ['ip4', 'ip6', 'asn'] as const)
    for (let n = 0; n < count; n++)
      registry.put(bitsKey(space, randomBits(pick, SPACES[space].width)), `{"n":${pick(1e6)},"v":1}`)
  for (let n = 0; n < count; n++) registry.put(objectKey('holder', `H-${n}`), `{"handle":"H-${n}","v":1}`)
  return registry
}

export type AnswerCase = Case &
  Input & {
    /** The key asked for. */
    readonly key: string
    /** Policy, time and age where they are not the file's own. */
    readonly policy?: string
    readonly maxSeconds?: number | null
    /** Why it is refused, in the words of this project's own verifier. */
    readonly refusal?: string
    readonly covering?: readonly { readonly key: string; readonly text: string }[]
    readonly moreSpecific?: string
    readonly size?: number
    readonly asOf?: number
  }

export function verify(
  key: string,
  text: string | Uint8Array,
  policy: string,
  maxSeconds: number | null,
): ReturnType<typeof verifyAnswer> {
  const trust = parsePolicy(nodeCrypto, policy)
  if (!trust.ok) throw new Error('not a policy')
  const age = maxSeconds === null ? null : { now: NOW, maxSeconds }
  return verifyAnswer(nodeCrypto, { trust: trust.value, age }, queryOf(key), text)
}

/** An honest answer, with what it proves. */
function honest(
  name: string,
  key: string,
  text: string,
  more: Pick<AnswerCase, 'policy' | 'maxSeconds'> = {},
): AnswerCase {
  const maxSeconds = more.maxSeconds === undefined ? MAX_SECONDS : more.maxSeconds
  const verified = verify(key, text, more.policy ?? policyText(), maxSeconds)
  if (!verified.ok) throw new Error(`${name}: ${verified.error.code}`)
  const { covering, moreSpecific, size, asOf } = verified.value
  return {
    name,
    valid: true,
    key,
    ...input(text),
    ...more,
    covering: covering.map(({ key: at, text: record }) => ({ key: at, text: record })),
    moreSpecific,
    size,
    asOf,
  }
}

/** Queries of every kind: below, at and above records, of objects that are there and that are not. */
export function someKeys(registry: SmallRegistry, seed: number, perSpace: number): readonly string[] {
  const pick = random(seed)
  const keys = new Set<string>()
  for (const space of ['ip4', 'ip6', 'asn'] as const) {
    const existing = [...registry.records.keys()].filter((key) => key.startsWith(`${space}/`))
    for (let n = 0; n < perSpace; n++) {
      keys.add(bitsKey(space, randomBits(pick, SPACES[space].width)))
      keys.add(existing[pick(existing.length)] ?? '')
    }
  }
  for (let n = 0; n < perSpace; n++) keys.add(objectKey('holder', `H-${pick(24)}`))
  return [...keys]
}

/** The same data spelled otherwise: order, spacing and escapes of `extra` are free. */
function respelled(text: string): string {
  return text.replace(/(?<=\nextra )(.*)(?=\n)/, (base64: string) => {
    const { state, ...rest } = JSON.parse(Buffer.from(base64, 'base64').toString())
    const json = JSON.stringify({ ...rest, state }, null, 1).replace('"state"', '"st\\u0061te"')
    return Buffer.from(`\n${json}\t`).toString('base64')
  })
}

export function honestCases(): readonly AnswerCase[] {
  const registry = randomRegistry(1, 14)
  registry.publish()
  const frame = registry.publish()
  const cases = someKeys(registry, 2, 6).map((key) =>
    honest(key, key, registry.answer(frame, key === '' ? queryOf('ip4/0.0.0.0/0') : queryOf(key))),
  )
  const empty = new SmallRegistry()
  empty.entries.length = 0
  const only = empty.publish()
  const key = 'ip4/203.0.113.0/24'
  const asked = (
    name: string,
    options: FrameOptions,
    more: Pick<AnswerCase, 'policy' | 'maxSeconds'> = {},
  ): AnswerCase => honest(name, key, registry.answer(frameOf(registry.entries, options), queryOf(key)), more)
  return [
    ...cases,
    honest('nothing registered, a log of one entry', key, empty.answer(only, queryOf(key))),
    honest(
      'data in another order, with spaces and escapes',
      key,
      respelled(registry.answer(frame, queryOf(key))),
    ),
    asked('no witnesses asked for', { times: [] }, { policy: policyText('none') }),
    asked('two witnesses of three', { times: [NOW, null, NOW - 9] }),
    asked('an old one, any age allowed', { times: [5, 6, 7] }, { maxSeconds: null }),
    asked('a minute ahead', { times: [NOW + 60, NOW + 60, null] }),
  ]
}
