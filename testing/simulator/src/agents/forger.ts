/**
 * The hostile operator who writes the log directly: with every key of the registry it forges, drops, reorders, backdates
 * and invents, and then writes roots, counts and links anew, so that only what was decided can give it away.
 */

import { encodeUtf8 } from '@cadastre/crypto'
import {
  addSeconds,
  canonicalJson,
  type Instant,
  type Json,
  type JsonObject,
  type LoggedEffect,
  type OpEntry,
  type RecordKey,
  type StateEntry,
} from '@cadastre/records'
import { Replayer } from '@cadastre/replay'
import { requestText } from '@cadastre/signatures'
import { base64Of, unsignedDigest } from '../engine/digest.ts'
import { FastState } from '../engine/fast-state.ts'
import { fakeSignatures } from '../engine/signature-port.ts'
import type { Chance } from '../workload-chance.ts'
import { commitmentOf, WORKLOAD_ORIGIN } from '../workload-registry.ts'

type Entry = OpEntry | StateEntry
/** The entries with one thing forged; null where there is nothing of that kind to forge. */
type Forgery = (entries: readonly Entry[], chance: Chance) => readonly Entry[] | null

const isOp = (entry: Entry): entry is OpEntry => entry.t === 'op'

/** Where an entry of this kind stands, by chance; founding acts are left alone. */
function place(entries: readonly Entry[], chance: Chance, fits: (entry: OpEntry) => boolean): number | null {
  const places = entries.flatMap((entry, index) => (index > 7 && isOp(entry) && fits(entry) ? [index] : []))
  return chance.pick(places) ?? null
}

/** One op changed. */
function changing(
  fits: (entry: OpEntry) => boolean,
  change: (entry: OpEntry, chance: Chance) => OpEntry,
): Forgery {
  return (entries, chance) => {
    const at = place(entries, chance, fits)
    return at === null
      ? null
      : entries.map((entry, index) => (index === at && isOp(entry) ? change(entry, chance) : entry))
  }
}

const accepted = ({ outcome }: OpEntry): boolean => outcome.accepted && outcome.effects.length > 0
const refused = ({ outcome }: OpEntry): boolean => !outcome.accepted
const requested = ({ request }: OpEntry): boolean => request !== null
const due = ({ request }: OpEntry): boolean => request === null

function effectsOf({ outcome }: OpEntry): readonly LoggedEffect[] {
  return outcome.accepted ? outcome.effects : []
}
function withEffects(entry: OpEntry, effects: readonly LoggedEffect[]): OpEntry {
  return { ...entry, outcome: { accepted: true, effects } }
}

/** Another value of a member that means something. */
function otherwise(value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const record = value as JsonObject
  if ('registrations' in record) {
    const registrations = (record['registrations'] as readonly JsonObject[]).map((one) => ({
      ...one,
      holder: one['holder'] === 'H-9' ? 'H-10' : 'H-9',
    }))
    return { ...record, registrations }
  }
  if ('policy' in record) return { ...record, policy: null }
  if ('state' in record) return { ...record, state: record['state'] === 'vetoed' ? 'effected' : 'vetoed' }
  return { ...record, since: Number(record['since'] ?? 0) + 1 }
}

export const FORGERIES: { readonly [name: string]: Forgery } = {
  'an op dropped': (entries, chance) => {
    const at = place(entries, chance, () => true)
    return at === null ? null : entries.filter((_, index) => index !== at)
  },
  'a due act omitted': (entries, chance) => {
    const at = place(entries, chance, due)
    return at === null ? null : entries.filter((_, index) => index !== at)
  },
  'an op written twice': (entries, chance) => {
    const at = place(entries, chance, () => true)
    return at === null ? null : [...entries.slice(0, at + 1), ...entries.slice(at)]
  },
  'a request replayed under a new receipt': (entries, chance) => {
    const at = place(entries, chance, (entry) => requested(entry) && accepted(entry))
    const copied = at === null ? undefined : entries[at]
    const last = entries.findLast((entry) => isOp(entry) && entry.received !== null)
    const end = entries.at(-1)
    if (copied === undefined || last === undefined || end === undefined) return null
    if (!isOp(copied) || !isOp(last) || last.received === null) return null
    const received = { seq: last.received.seq + 1, at: end.at }
    return [...entries, { ...copied, at: end.at, received }, { ...(end as StateEntry) }]
  },
  'two requests reordered': (entries, chance) => {
    const at = place(entries, chance, requested)
    const other =
      at === null ? null : entries.findIndex((one, index) => index > at && isOp(one) && requested(one))
    const [first, second] = [entries[at ?? -1], entries[other ?? -1]]
    if (first === undefined || second === undefined) return null
    return entries.map((one) =>
      one === first ? { ...second, at: first.at } : one === second ? { ...first, at: second.at } : one,
    )
  },
  'an op backdated': changing(
    () => true,
    (entry) => ({ ...entry, at: addSeconds(entry.at, -86400 * 400) }),
  ),
  'a batch postdated': (entries, chance) => {
    const at = place(entries, chance, () => true)
    const moment = at === null ? undefined : entries[at]?.at
    const after = entries.find((entry) => moment !== undefined && entry.at > moment)
    if (moment === undefined || after === undefined) return null
    const later: Instant = addSeconds(after.at, 1)
    return entries.map((entry) => (entry.at === moment ? { ...entry, at: later } : entry))
  },
  'an effect changed': changing(accepted, (entry, chance) => {
    const effects = effectsOf(entry)
    const which = chance.below(effects.length)
    return withEffects(
      entry,
      effects.map((effect, index) =>
        index === which ? { ...effect, next: otherwise(effect.next) } : effect,
      ),
    )
  }),
  'an effect left out': changing(accepted, (entry) => withEffects(entry, effectsOf(entry).slice(1))),
  'an effect invented': changing(accepted, (entry) =>
    withEffects(entry, [
      ...effectsOf(entry),
      { key: 'obj/complaint/C-999', prev: null, next: { v: 1, handle: 'C-999', since: 1 } },
    ]),
  ),
  'a registration taken away': changing(accepted, (entry, chance) => {
    const number = chance.below(200)
    return withEffects(entry, [
      ...effectsOf(entry),
      { key: `ip4/203.0.113.${number}/32`, prev: null, next: null },
    ])
  }),
  'an acceptance refused': changing(accepted, (entry) => ({
    ...entry,
    outcome: { accepted: false, refusals: ['locked'] },
  })),
  'a refusal accepted': changing(refused, (entry) => withEffects(entry, [])),
  'another refusal': changing(refused, (entry) => ({
    ...entry,
    outcome: {
      accepted: false,
      refusals: [!entry.outcome.accepted && entry.outcome.refusals[0] === 'locked' ? 'frozen' : 'locked'],
    },
  })),
  'an input changed': changing(
    ({ inputs }) => inputs.length > 0,
    (entry, chance) => {
      const which = chance.below(entry.inputs.length)
      const hash = commitmentOf('another record')
      return {
        ...entry,
        inputs: entry.inputs.map((input, index) => (index === which ? { ...input, hash } : input)),
      }
    },
  ),
  'an input left out': changing(
    ({ inputs }) => inputs.length > 0,
    (entry) => ({ ...entry, inputs: entry.inputs.slice(0, -1) }),
  ),
  'a wrong signature': changing(requested, (entry) => ({
    ...entry,
    evidence: entry.evidence.map((item) =>
      item.subject === undefined ? { ...item, sig: commitmentOf('no').repeat(2) } : item,
    ),
  })),
  'a request changed after it was signed': changing(requested, (entry) =>
    entry.request === null
      ? entry
      : { ...entry, request: { ...entry.request, nonce: 'AAAAAAAAAAAAAAAAAAAAAA==' } },
  ),
  'a consent by the keys of the staff': changing(
    (entry) => requested(entry) && accepted(entry),
    (entry) => {
      if (entry.request === null) return entry
      const text = requestText(entry.request)
      const staff = ['OP-1', 'OP-2', 'CL-1', 'CL-2', 'CL-3', 'CL-4', 'AD-1', 'NOTIFIER'].map(
        fakeSignatures.signer,
      )
      const own = entry.evidence.map(({ key }) => key)
      return {
        ...entry,
        evidence: fakeSignatures.sign(
          text,
          staff.filter(({ key }) => !own.includes(key)),
        ),
      }
    },
  ),
  'a receipt out of order': changing(
    ({ received }) => received !== null && received.seq > 1,
    (entry) => ({
      ...entry,
      received: entry.received === null ? null : { ...entry.received, seq: entry.received.seq - 1 },
    }),
  ),
  'a receipt after the decision': changing(
    ({ received }) => received !== null,
    (entry) => ({
      ...entry,
      received: entry.received === null ? null : { ...entry.received, at: addSeconds(entry.at, 3600) },
    }),
  ),
  'a decision long after its deadline': changing(
    ({ received }) => received !== null,
    (entry) => ({
      ...entry,
      received: entry.received === null ? null : { ...entry.received, at: addSeconds(entry.at, -86400) },
    }),
  ),
  'no receipt': changing(
    ({ received }) => received !== null,
    (entry) => ({ ...entry, received: null }),
  ),
  'a due act invented': (entries, chance) => {
    const at = place(entries, chance, due)
    const copied = at === null ? undefined : entries[at]
    const state = entries.findLastIndex((entry) => entry.t === 'state')
    const end = entries[state]
    if (copied === undefined || end === undefined || !isOp(copied)) return null
    return [...entries.slice(0, state), { ...copied, at: end.at }, ...entries.slice(state)]
  },
  'the end cut off in an op': (entries) => entries.slice(0, -1),
}

/** Wrong roots, counts and links: these are not written anew afterwards. */
export const BROKEN_STATES: { readonly [name: string]: Forgery } = {
  'a wrong root': onState((entry) => ({
    ...entry,
    roots: { ...entry.roots, obj: commitmentOf('another root') },
  })),
  'a wrong number of ops': onState((entry) => ({ ...entry, ops: entry.ops + 1 })),
  'a wrong link': onState((entry) => ({ ...entry, prev: 0 })),
  'a state entry without ops': (entries) => {
    const last = entries.at(-1)
    return last === undefined || isOp(last) ? null : [...entries, last]
  },
  'no genesis': (entries) => entries.slice(1),
}

function onState(change: (entry: StateEntry) => StateEntry): Forgery {
  return (entries, chance) => {
    const places = entries.flatMap((entry, index) => (isOp(entry) ? [] : [index]))
    const at = chance.pick(places.slice(1))
    return entries.map((entry, index) => (index === at && !isOp(entry) ? change(entry) : entry))
  }
}

/** Roots, counts and links as the forged ops make them. */
function resealed(entries: readonly Entry[]): readonly Entry[] {
  const state = new FastState(unsignedDigest)
  let ops = 0
  let prev: number | null = null
  return entries.map((entry, index) => {
    if (isOp(entry)) {
      ops += 1
      for (const { key, next } of effectsOf(entry)) {
        if (state.has(key as RecordKey) || next !== null) state.set(key as RecordKey, next)
      }
      return entry
    }
    const { asn, ip4, ip6, obj } = state.roots()
    const roots = { asn: base64Of(asn), ip4: base64Of(ip4), ip6: base64Of(ip6), obj: base64Of(obj) }
    const sealed = { ...entry, ops, prev, roots }
    ops = 0
    prev = index
    return sealed
  })
}

const readEntries = (log: readonly Uint8Array[]): readonly Entry[] =>
  log.map((bytes): Entry => JSON.parse(new TextDecoder().decode(bytes)))

function bytesOf(entry: Entry): Uint8Array {
  const value: unknown = entry
  return encodeUtf8(canonicalJson(value as Json))
}

export type Forged = {
  readonly name: string
  /** Codes of the faults that an audit finds; `receipt-open`: receipts that the log passes over. */
  readonly convictedBy: readonly string[]
  /** Nothing was to be forged, or the forged log is the honest one. */
  readonly honest: boolean
}

/** Forge the log in this way and audit it. */
export function forge(name: string, log: readonly Uint8Array[], chance: Chance): Forged {
  const entries = readEntries(log)
  const forgery = FORGERIES[name]
  const changed = forgery === undefined ? BROKEN_STATES[name]?.(entries, chance) : forgery(entries, chance)
  if (changed == null) return { name, convictedBy: [], honest: true }
  const forged = (forgery === undefined ? changed : resealed(changed)).map(bytesOf)
  const same =
    forged.length === log.length &&
    forged.every((bytes, index) => Buffer.compare(bytes, log[index] ?? bytes) === 0)
  return same
    ? { name, convictedBy: [], honest: true }
    : { name, convictedBy: auditLogOf(forged), honest: false }
}

/** Codes of all faults of a log that was signed with the fake port. */
export function auditLogOf(log: readonly Uint8Array[]): readonly string[] {
  const replayer = new Replayer({ crypto: unsignedDigest.crypto, origin: WORKLOAD_ORIGIN })
  const faults = log.flatMap((bytes, index) => replayer.step(index, bytes))
  const codes = [...faults, ...replayer.finish()].map(({ code }): string => code)
  return [...new Set(replayer.receipts.open > 0 ? [...codes, 'receipt-open'] : codes)]
}
