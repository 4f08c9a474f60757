/** Witness policies (C2SP tlog-policy) as far as a decision needs them: whether these keys make a quorum. */

import { objectKey, type RecordKey, type WitnessPolicy } from '@cadastre/records'
import { base64OfHex, hexOfBase64 } from './base64.ts'
import { objectAt } from './common.ts'
import type { Inputs } from './procedure.ts'

export const WITNESSES_KEY: RecordKey = objectKey('witnesses', 'POLICY')

export function witnessesOf(inputs: Inputs): WitnessPolicy | null {
  return objectAt('witnesses', WITNESSES_KEY, inputs)
}

type Group = { readonly name: string; readonly threshold: number; readonly members: readonly string[] }
export type QuorumRule = {
  /** Name in the policy, to the Ed25519 key in standard base64. */
  readonly witnesses: ReadonlyMap<string, string>
  readonly groups: readonly Group[]
  readonly quorum: string
}

/** 32 bytes after the type of a cosignature key, 0x04 (C2SP tlog-cosignature). */
const COSIGNATURE_KEY = /^04([0-9a-f]{64})$/

function keyOf(vkey: string): string | null {
  const match = /^[^+\s]+\+[0-9a-fA-F]{8}\+([A-Za-z0-9+/=]+)$/.exec(vkey)
  const [, key] = COSIGNATURE_KEY.exec(hexOfBase64(match?.[1] ?? '') ?? '') ?? []
  return key === undefined ? null : base64OfHex(key)
}

class Reader {
  readonly witnesses = new Map<string, string>()
  readonly groups: Group[] = []
  quorum: string | null = null
  readonly #members = new Set<string>()

  #isNew(name: string): boolean {
    return name !== 'none' && !this.#isKnown(name)
  }
  #isKnown(name: string): boolean {
    return this.witnesses.has(name) || this.groups.some((group) => group.name === name)
  }

  /** Whether the line may stand here. */
  line([keyword, ...words]: readonly string[]): boolean {
    // Which log it is, is not for it to say.
    if (keyword === 'log') return words.length === 1 || words.length === 2
    if (keyword === 'witness') return this.#witness(words)
    if (keyword === 'group') return this.#group(words)
    return keyword === 'quorum' && this.#quorum(words)
  }

  #witness([name, vkey, _url, ...more]: readonly string[]): boolean {
    const key = keyOf(vkey ?? '')
    if (name === undefined || key === null || more.length > 0 || !this.#isNew(name)) return false
    // The same key under two names would be counted twice.
    if ([...this.witnesses.values()].includes(key)) return false
    this.witnesses.set(name, key)
    return true
  }

  #group([name, count, ...members]: readonly string[]): boolean {
    if (name === undefined || count === undefined || members.length === 0 || !this.#isNew(name)) return false
    const threshold = count === 'any' ? 1 : count === 'all' ? members.length : Number(count)
    if (!/^(?:any|all|[1-9][0-9]*)$/.test(count) || threshold > members.length) return false
    for (const member of members) {
      if (!this.#isKnown(member) || this.#members.has(member)) return false
      this.#members.add(member)
    }
    this.groups.push({ name, threshold, members })
    return true
  }

  #quorum([name, ...more]: readonly string[]): boolean {
    if (name === undefined || more.length > 0 || this.quorum !== null) return false
    if (name !== 'none' && !this.#isKnown(name)) return false
    this.quorum = name
    return true
  }
}

/** The rule that a policy states; null where it is none. */
export function readQuorum(policy: string): QuorumRule | null {
  const reader = new Reader()
  const lines = policy.split('\n')
  if (lines.pop() !== '') return null
  for (const line of lines) {
    const words = line.split(/[ \t]/).filter((word) => word !== '')
    if (words[0] === undefined || words[0].startsWith('#')) continue
    if (!reader.line(words)) return null
  }
  const { witnesses, groups, quorum } = reader
  return quorum === null ? null : { witnesses, groups, quorum }
}

/** Whether the witnesses for whom `signed` says yes make the quorum. */
export function makesQuorum(rule: QuorumRule, signed: (key: string) => boolean): boolean {
  if (rule.quorum === 'none') return true
  const names = new Set([...rule.witnesses].filter(([, key]) => signed(key)).map(([name]) => name))
  for (const { name, threshold, members } of rule.groups)
    if (members.filter((member) => names.has(member)).length >= threshold) names.add(name)
  return names.has(rule.quorum)
}
