import { encodeHex, type Hasher, type Result } from '@cadastre/crypto'
import type { Policy, PolicyGroup, PolicyLog, PolicyWitness } from './policy.ts'
import { hasControl, parseDecimal, textOf } from './text.ts'
import { KEY_TYPE_COSIGNATURE, KEY_TYPE_ED25519, type KeyType, parseVkey, type Vkey } from './vkey.ts'

/** What is wrong, and on which line, counted from 1; line 0 is the file as a whole. */
export interface PolicyError {
  readonly line: number
  readonly problem:
    | 'not-utf8'
    | 'control-character'
    | 'too-long'
    | 'unfinished-line'
    | 'unknown-keyword'
    | 'wrong-number-of-words'
    | 'bad-key'
    | 'wrong-key-type'
    | 'duplicate-key'
    | 'reserved-name'
    | 'duplicate-name'
    | 'undefined-name'
    | 'already-a-member'
    | 'bad-threshold'
    | 'second-quorum'
    | 'no-quorum'
}

type Problem = PolicyError['problem']

const POLICY_CHARACTERS_MAX = 1_000_000

/** The policy as read so far; each line either adds to it or names its problem. */
class Reader {
  readonly logs: PolicyLog[] = []
  readonly witnesses: PolicyWitness[] = []
  readonly groups: PolicyGroup[] = []
  quorum: string | null = null
  readonly #hasher: Hasher
  readonly #names: Set<string> = new Set()
  readonly #members: Set<string> = new Set()
  readonly #keys: Set<string> = new Set()

  constructor(hasher: Hasher) {
    this.#hasher = hasher
  }

  line(words: readonly string[]): Problem | null {
    const [keyword, ...rest] = words
    switch (keyword) {
      case 'log':
        return this.#log(rest)
      case 'witness':
        return this.#witness(rest)
      case 'group':
        return this.#group(rest)
      case 'quorum':
        return this.#quorum(rest)
      default:
        return 'unknown-keyword'
    }
  }

  #log(words: readonly string[]): Problem | null {
    const [text, url] = words
    if (text === undefined || words.length > 2) return 'wrong-number-of-words'
    const vkey = this.#key(text, 'log', KEY_TYPE_ED25519)
    if (typeof vkey === 'string') return vkey
    this.logs.push({ vkey, url: url ?? null })
    return null
  }

  #witness(words: readonly string[]): Problem | null {
    const [name, text, url] = words
    if (name === undefined || text === undefined || words.length > 3) return 'wrong-number-of-words'
    const problem = this.#define(name)
    if (problem !== null) return problem
    const vkey = this.#key(text, 'witness', KEY_TYPE_COSIGNATURE)
    if (typeof vkey === 'string') return vkey
    this.witnesses.push({ name, vkey, url: url ?? null })
    return null
  }

  #group(words: readonly string[]): Problem | null {
    const [name, count, ...members] = words
    if (name === undefined || count === undefined || members.length === 0) return 'wrong-number-of-words'
    const threshold = count === 'any' ? 1 : count === 'all' ? members.length : parseDecimal(count)
    if (threshold === null || threshold < 1 || threshold > members.length) return 'bad-threshold'
    for (const member of members) {
      if (!this.#names.has(member)) return 'undefined-name'
      // One group each, so that each witness counts in one way only.
      if (this.#members.has(member)) return 'already-a-member'
      this.#members.add(member)
    }
    const problem = this.#define(name)
    if (problem !== null) return problem
    this.groups.push({ name, threshold, members })
    return null
  }

  #quorum(words: readonly string[]): Problem | null {
    const [name] = words
    if (name === undefined || words.length > 1) return 'wrong-number-of-words'
    if (this.quorum !== null) return 'second-quorum'
    if (name !== 'none' && !this.#names.has(name)) return 'undefined-name'
    this.quorum = name
    return null
  }

  #define(name: string): Problem | null {
    if (name === 'none') return 'reserved-name'
    if (this.#names.has(name)) return 'duplicate-name'
    this.#names.add(name)
    return null
  }

  #key(text: string, role: 'log' | 'witness', type: KeyType): Vkey | Problem {
    const parsed = parseVkey(this.#hasher, text)
    if (!parsed.ok) return 'bad-key'
    if (parsed.value.type !== type) return 'wrong-key-type'
    // The same key under two names would be counted twice.
    const id = `${role} ${encodeHex(parsed.value.publicKey)}`
    if (this.#keys.has(id)) return 'duplicate-key'
    this.#keys.add(id)
    return parsed.value
  }
}

/**
 * Parses a C2SP tlog-policy file. Stricter than the specification in one thing: the octets must be UTF-8,
 * which it strongly recommends. Logs have keys of type 0x01, witnesses of type 0x04.
 */
export function parsePolicy(hasher: Hasher, input: Uint8Array | string): Result<Policy, PolicyError> {
  const refuse = (line: number, problem: Problem): Result<Policy, PolicyError> => ({
    ok: false,
    error: { line, problem },
  })
  if (input.length > POLICY_CHARACTERS_MAX) return refuse(0, 'too-long')
  const text = textOf(input)
  if (text === null) return refuse(0, 'not-utf8')
  const reader = new Reader(hasher)
  const lines = text.split('\n')
  if (lines.pop() !== '') return refuse(lines.length + 1, 'unfinished-line')
  for (const [i, line] of lines.entries()) {
    if (hasControl(line.replaceAll('\t', ' ')) || line.includes('\u007f'))
      return refuse(i + 1, 'control-character')
    const words = line.split(/[ \t]+/).filter((word) => word !== '')
    if (words[0] === undefined || words[0].startsWith('#')) continue
    const problem = reader.line(words)
    if (problem !== null) return refuse(i + 1, problem)
  }
  const { logs, witnesses, groups, quorum } = reader
  return quorum === null ? refuse(0, 'no-quorum') : { ok: true, value: { logs, witnesses, groups, quorum } }
}
