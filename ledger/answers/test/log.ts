/** A small registry for the tests: a state, a log that ends in it, three witnesses of which two are needed. */
import { encodeBase64, encodeUtf8, type Signer } from '@cadastre/crypto'
import { ed25519SignerFromSeed, nodeCrypto } from '@cadastre/crypto/node'
import {
  inclusionProof,
  leafHash,
  nodeHash as logNodeHash,
  type NodeReader,
  treeRoot,
} from '@cadastre/merkle'
import {
  appendSignatureLines,
  cosign,
  formatCheckpoint,
  formatVkey,
  KEY_TYPE_COSIGNATURE,
  KEY_TYPE_ED25519,
  makeVkey,
  noteSigner,
  type Policy,
  parsePolicy,
  signNote,
} from '@cadastre/notes'
import { block, bytesToValue } from '@cadastre/numbers'
import { instantFromSeconds } from '@cadastre/records'
import { createTrieMemory, type HashedSpace, objectLabel, SPACES, TrieWriter } from '@cadastre/trie'
import {
  type AnswerFrame,
  type AnswerPolicy,
  blockQuery,
  formatStateEntry,
  makeAnswer,
  objectQuery,
  type Query,
} from '../src/index.ts'

export const ORIGIN = 'registry.example/log'
export const NOW = 1_790_000_000
const STATE_TIME = NOW - 20

const signer = (byte: number): Signer => ed25519SignerFromSeed(new Uint8Array(32).fill(byte))
const logSigner: Signer = signer(1)
export const otherSigner: Signer = signer(9)
interface Witness {
  readonly name: string
  readonly signer: Signer
}
const WITNESSES: readonly Witness[] = [2, 3, 4].map((byte) => ({
  name: `witness-${byte}.example`,
  signer: signer(byte),
}))

function policyText(quorum: string): string {
  const logKey = formatVkey(makeVkey(nodeCrypto, ORIGIN, KEY_TYPE_ED25519, logSigner.publicKey))
  const witness = ({ name, signer: { publicKey } }: Witness, index: number): string =>
    `witness w${index} ${formatVkey(makeVkey(nodeCrypto, name, KEY_TYPE_COSIGNATURE, publicKey))}\n`
  return `log ${logKey}\n${WITNESSES.map(witness).join('')}group two 2 w0 w1 w2\nquorum ${quorum}\n`
}

function trust(quorum: string): Policy {
  const parsed = parsePolicy(nodeCrypto, policyText(quorum))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  return parsed.value
}

export const POLICY: AnswerPolicy = { trust: trust('two'), age: { maxSeconds: 600, now: NOW } }
export const POLICY_WITHOUT_WITNESSES: AnswerPolicy = {
  trust: trust('none'),
  age: { maxSeconds: 600, now: NOW },
}

export function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function labelOf(bits: string, width: number): Uint8Array {
  const padded = bits.padEnd(width, '0')
  return Uint8Array.from({ length: width / 8 }, (_, i) => Number.parseInt(padded.slice(i * 8, i * 8 + 8), 2))
}

export type NumberSpaceName = 'ip4' | 'ip6' | 'asn'

export function bitsQuery(space: NumberSpaceName, bits: string): Query {
  const made = block(space, bytesToValue(labelOf(bits, SPACES[space].width)), bits.length)
  if (!made.ok) throw new Error(made.error.code)
  return blockQuery(made.value)
}

/** Bits that nest and collide often. */
export function randomBits(pick: (below: number) => number, width: number): string {
  const digits = (count: number): string => Array.from({ length: count }, () => pick(2)).join('')
  const middle = ['', '0'.repeat(width - 10), '1'.repeat(width - 10)][pick(3)] ?? ''
  return (digits(pick(6)) + middle + digits(pick(5))).slice(0, width)
}

/** Frames the last of `entries` in a signed, cosigned checkpoint. */
export function frameOf(
  entries: readonly string[],
  options: {
    readonly times?: readonly (number | null)[]
    readonly index?: number
    readonly sign?: Signer
  } = {},
): AnswerFrame {
  const leaves = entries.map((entry) => leafHash(nodeCrypto, encodeUtf8(entry)))
  const read: NodeReader = (level, index) => {
    const leaf = leaves[index]
    if (level === 0 && leaf !== undefined) return leaf
    return logNodeHash(nodeCrypto, read(level - 1, index * 2), read(level - 1, index * 2 + 1))
  }
  const size = entries.length
  const index = options.index ?? size - 1
  const text = formatCheckpoint({ origin: ORIGIN, size, root: treeRoot(nodeCrypto, read, size) })
  const note = signNote(text, [noteSigner(nodeCrypto, ORIGIN, options.sign ?? logSigner)])
  const times = options.times ?? [NOW - 5, NOW - 6, NOW - 7]
  const lines = WITNESSES.flatMap(({ name, signer: witness }, i) => {
    const time = times[i]
    return time === null || time === undefined ? [] : [cosign(nodeCrypto, name, witness, text, time)]
  })
  return {
    state: entries[index] ?? '',
    inclusion: inclusionProof(nodeCrypto, read, index, size),
    checkpoint: appendSignatureLines(note, lines),
  }
}

export class Registry {
  readonly writer: TrieWriter = new TrieWriter(
    createTrieMemory({ poolBytes: 2 ** 24, recordBytes: 2 ** 26 }),
    nodeCrypto,
  )
  /** Records by space and bits, or `obj` and handle. */
  readonly records: Map<string, string> = new Map()
  readonly entries: string[] = ['{"t":"op"}', '{"t":"op","n":1}']

  put(space: NumberSpaceName, bits: string, text: string): void {
    this.records.set(`${space} ${bits}`, text)
    this.writer.set(space, labelOf(bits, SPACES[space].width), bits.length, encodeUtf8(text))
  }

  putObject(handle: string, text: string): void {
    this.records.set(`obj ${handle}`, text)
    this.writer.set('obj', objectLabel(nodeCrypto, 'holder', handle), 256, encodeUtf8(text))
  }

  /** Commits, logs the state and frames it. */
  publish(options: Parameters<typeof frameOf>[1] = {}): AnswerFrame {
    const { hashes } = this.writer.commit()
    const root = (space: HashedSpace): string => encodeBase64(hashes[space])
    const prev = this.entries.findLastIndex((entry) => entry.includes('"t":"state"'))
    this.entries.push(
      formatStateEntry({
        t: 'state',
        v: 1,
        at: instantFromSeconds(STATE_TIME),
        ops: 2,
        prev: prev < 0 ? null : prev,
        roots: { asn: root('asn'), ip4: root('ip4'), ip6: root('ip6'), obj: root('obj') },
      }),
    )
    return frameOf(this.entries, options)
  }

  answer(frame: AnswerFrame, query: Query): string {
    return makeAnswer(frame, this.writer.working().prove(query.space, query.label, query.length))
  }

  /** Brute force: the texts of all records that cover, outermost first, and whether anything lies inside. */
  truth(space: NumberSpaceName, bits: string): { readonly covering: string[]; readonly inside: boolean } {
    const keys = [...this.records.keys()].filter((key) => key.startsWith(`${space} `))
    const mine = keys.map((key) => key.slice(space.length + 1))
    const covering = mine.filter((key) => bits.startsWith(key)).sort()
    return {
      covering: covering.map((key) => this.records.get(`${space} ${key}`) ?? ''),
      inside: mine.some((key) => key.length > bits.length && key.startsWith(bits)),
    }
  }
}

/** A registry with about `count` records in each space. */
export function randomRegistry(seed: number, count: number): Registry {
  const pick = random(seed)
  const registry = new Registry()
  for (const space of ['ip4', 'ip6', 'asn'] as const)
    for (let i = 0; i < count; i++)
      registry.put(space, randomBits(pick, SPACES[space].width), `{"n":${pick(1e6)},"v":1}`)
  for (let i = 0; i < count; i++) registry.putObject(`H-${i}`, `{"handle":"H-${i}","v":1}`)
  return registry
}

export function holder(handle: string): Query {
  return objectQuery(nodeCrypto, 'holder', handle)
}
