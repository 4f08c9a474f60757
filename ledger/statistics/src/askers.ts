/** Who asks, joined after the decisions: no procedure sees any of it. */

import {
  type Holder,
  isArray,
  type LoggedEffect,
  type OpEntry,
  type RecordKey,
  type Staff,
} from '@cadastre/records'
import type { TrieState } from '@cadastre/replay'
import type { Asker } from './groups.ts'
import { Holdings } from './holdings.ts'
import { regionOf } from './regions.ts'

const UNKNOWN = 'undeclared'

/** Members of bodies that name who asks, where several parties sign. */
const APPLICANT_MEMBERS = ['claimant', 'successor', 'by', 'holder'] as const

export class Askers {
  readonly #holdings = new Holdings()
  /** Holders and staff by `<alg> <key>`. */
  readonly #holderOf = new Map<string, string>()
  readonly #staff = new Set<string>()

  /** Whether staff acts here: its body names the acting members of staff, or none but they have signed. */
  isStaffs({ request, evidence }: OpEntry): boolean {
    const staff = request?.body['staff']
    if (typeof staff === 'string' || (isArray(staff) && staff.length > 0)) return true
    const names = namesOf(evidence)
    return names.length > 0 && names.every((name) => this.#staff.has(name) && !this.#holderOf.has(name))
  }

  groupsOf(entry: OpEntry, before: TrieState): Asker {
    const { evidence, request } = entry
    const handle = this.#applicant(entry, before)
    const holder = handle === null ? null : holderIn(before, handle)
    const declared = request?.body['country']
    const attestors = request?.body['attestors']
    const attested =
      namesOf(evidence).some((name) => this.#staff.has(name)) || (isArray(attestors) && attestors.length > 0)
    const country = holder?.country ?? (typeof declared === 'string' ? declared : UNKNOWN)
    return {
      country,
      region: country === UNKNOWN ? UNKNOWN : regionOf(country),
      size: this.#holdings.classOf(handle),
      path: attested ? 'attested' : 'self',
    }
  }

  /**
   * The holder whom the body names as asking, if one of its keys signed, or if it was granted all the same (lost keys,
   * guardians sign). Otherwise the first whose key signed: a refused stranger's request counts in nobody else's groups.
   */
  #applicant({ evidence, request, outcome }: OpEntry, before: TrieState): string | null {
    const signing = namesOf(evidence).flatMap((name) => this.#holderOf.get(name) ?? [])
    for (const member of APPLICANT_MEMBERS) {
      const named = request?.body[member]
      if (typeof named !== 'string') continue
      if (signing.includes(named)) return named
      if (outcome.accepted && holderIn(before, named) !== null) return named
    }
    return signing[0] ?? null
  }

  follow(effect: LoggedEffect, before: TrieState): void {
    const { key, next } = effect
    if (key.startsWith('ip4/')) this.#holdings.change(effect, before.record(key as RecordKey).value)
    if (next === null) return
    const record: unknown = next
    if (key.startsWith('obj/holder/')) {
      const { handle, policy } = record as Holder
      for (const one of policy?.keys ?? []) this.#holderOf.set(`${one.alg} ${one.key}`, handle)
    }
    if (key.startsWith('obj/staff/')) {
      const { alg, key: staffKey } = record as Staff
      this.#staff.add(`${alg} ${staffKey}`)
    }
  }
}

function namesOf(evidence: OpEntry['evidence']): readonly string[] {
  return evidence.map(({ alg, key }) => `${alg} ${key}`)
}

function holderIn(state: TrieState, handle: string): Holder | null {
  return state.record(`obj/holder/${handle}` as RecordKey).value as Holder | null
}
