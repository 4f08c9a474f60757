/** Objects of the state trie: holders, identities, applications, pools, procedures, staff, notes, the registry itself. */

import type { BusinessDays, CalendarRecord } from './calendar.ts'
import type { Authority, Desk, NotedOrder, OrderRecord, Representative, ServedDocument } from './orders.ts'
import type { SignatureAlgorithmName } from './signing.ts'
import type { Instant } from './time.ts'
import type { Peer, Transit } from './transit.ts'

export const KEY_ROLES = ['full', 'routing', 'technical'] as const
/** `full` for transfers and everything else, `routing` for routes and ROAs, `technical` for reverse DNS and contacts. */
export type KeyRole = (typeof KEY_ROLES)[number]

export type EnrolledKey = {
  readonly alg: SignatureAlgorithmName
  /** Raw public key, standard base64: 32 bytes for ed25519, 65 (uncompressed point) for es256 and webauthn. */
  readonly key: string
  readonly roles: readonly KeyRole[]
}

/** Who may act for a holder: `m` signatures of keys with role `full`; one of a narrower role for its own acts. */
export type KeyPolicy = {
  readonly m: number
  readonly keys: readonly EnrolledKey[]
  /** Handles of holders that may help to recover the keys. */
  readonly guardians: readonly string[]
}

/**
 * A contact. Personal data never enters the log: each field is a commitment
 * HMAC-SHA256(opening, 0x05 ‖ u16be(len field) ‖ field ‖ value), standard base64 (ledger.md section 5).
 */
export type Contact = {
  /** RFC 9083 section 10.2.4 role: registrant, technical, administrative, abuse, noc. */
  readonly role: string
  /** RFC 6350 section 6.1.4 kind: individual, group, org. */
  readonly kind: string
  /** jCard property name (`fn`, `email`, `tel`, `adr`) to commitment. */
  readonly fields: { readonly [field: string]: string }
}

export type FormerContact = { readonly contact: Contact; readonly until: Instant }

export type Holder = {
  readonly v: 1
  readonly handle: string
  readonly kind: 'organisation' | 'person' | 'imported'
  /** Legal name of an organisation, in the clear; null for a person. */
  readonly name: string | null
  readonly country: string | null
  /** Handle of the identity object; null for an imported holder, whom nobody has claimed yet. */
  readonly identity: string | null
  readonly policy: KeyPolicy | null
  readonly contacts: readonly Contact[]
  /** Contacts that were replaced: still notified, until what opens them is erased. */
  readonly formerContacts: readonly FormerContact[]
  /** Voluntary transfer lock: no transfer before this instant. */
  readonly lockedUntil: Instant | null
  /** How long an early release of the lock waits, as preset with it; null = no early release. */
  readonly lockReleaseSeconds: number | null
  /** The holder's preset cooling of transfers, seconds; null = the profile's. */
  readonly coolingSeconds: number | null
  /** One key of the holder froze its transfers, against theft: until when, and when it last did. */
  readonly frozenUntil: Instant | null
  readonly frozenAt: Instant | null
  /** No transfer before this instant: a while after a recovery of keys. */
  readonly transferableFrom: Instant | null
  /** Keys that were removed: they keep a veto for a while. */
  readonly formerKeys: readonly FormerKey[]
  /** Guardians that were removed: they keep a veto for a while. */
  readonly formerGuardians: readonly FormerGuardian[]
  /** How many guardians recover the keys; null = more than half of them. */
  readonly guardianThreshold: number | null
  /** Whether keys may be recovered by evidence. */
  readonly evidenceRecovery: boolean
  /** When a recovery was last vetoed: from then on only an order recovers keys, until the holder rotates them. */
  readonly recoveryVetoed: Instant | null
  /** The last act that wrote this record with the holder's keys; null before the first. Long silence doubles windows. */
  readonly active: Instant | null
  /** Official notice of death or dissolution: shown; holdings and services stay. */
  readonly dissolved: { readonly notice: string; readonly at: Instant } | null
  /** When the holder last confirmed its data; shown, without consequence. */
  readonly confirmed: Instant | null
  readonly procedure: string
  readonly since: number
}

export type FormerKey = {
  readonly alg: SignatureAlgorithmName
  readonly key: string
  readonly until: Instant
}
export type FormerGuardian = { readonly guardian: string; readonly until: Instant }

/** What the record of every new holder begins with. */
export const NEW_HOLDER: Omit<
  Holder,
  'v' | 'handle' | 'kind' | 'name' | 'country' | 'identity' | 'policy' | 'contacts' | 'procedure' | 'since'
> = {
  formerContacts: [],
  lockedUntil: null,
  lockReleaseSeconds: null,
  coolingSeconds: null,
  frozenUntil: null,
  frozenAt: null,
  transferableFrom: null,
  formerKeys: [],
  formerGuardians: [],
  guardianThreshold: null,
  evidenceRecovery: true,
  recoveryVetoed: null,
  active: null,
  dissolved: null,
  confirmed: null,
}

/** One legal or natural person, or (community profile) one first key. Uniqueness and allocation quotas count here. */
export type Identity = {
  readonly v: 1
  readonly holder: string
  /** Public register and number of an organisation, in the clear; null otherwise. */
  readonly register: { readonly name: string; readonly number: string } | null
  /** Numbers allocated from pools so far, never lowered by a transfer: [ip4 addresses, ip6 blocks, AS numbers]. */
  readonly granted: { readonly ip4: number; readonly ip6: number; readonly asn: number }
  readonly since: number
}

export const APPLICATION_STATES = [
  'waiting',
  'fee-due',
  'examining',
  'to-notify',
  'noticed',
  'cooling',
  'effected',
  'withdrawn',
  'vetoed',
  'failed',
] as const
export type ApplicationState = (typeof APPLICATION_STATES)[number]

/** One attestor that was called to examine an application. */
export type Call = {
  readonly staff: string
  /** Whether the attestor is outside the operator. */
  readonly outside: boolean
  /** Its place in the attestor's queue ({@link RosterClerk}). */
  readonly place: number
  /** Hash of what the attestor will reveal; null until it has committed itself. */
  readonly commitment: string | null
  readonly answers: { readonly [question: string]: 'yes' | 'no' } | null
  /** Hash of what the answers rest on. */
  readonly evidence: string | null
  /** The deadline passed, and another was called in its place. */
  readonly missed: boolean
}

/** Listed factual questions about an application, which attestors answer blind to each other. */
export type Examination = {
  /** Ids of the questions, as the procedure's page lists them. */
  readonly questions: readonly string[]
  readonly calls: readonly Call[]
  /** Holders that the act concerns against their will, perhaps: any one living key of theirs vetoes it. */
  readonly affected: readonly string[]
  /** How long the window lasts that begins when the answers are positive and notice of them was attempted. */
  readonly windowSeconds: number
  /** The same in business days; it ends when the last of all these periods does. */
  readonly windowDays: readonly BusinessDays[]
  /** The last deadline that passed without all answers. */
  readonly overdue: Instant | null
}

/** The window begins when an attempt to notify each of these holders is logged, and not before. */
export type AwaitedNotice = {
  /** Holders whom the act concerns; nobody = one public attempt. */
  readonly to: readonly string[]
  /** Those of them to whom an attempt has been logged. */
  readonly attempted: readonly string[]
  /** How long the window lasts: until the last of these periods ends. */
  readonly windowSeconds: number
  readonly windowDays: readonly BusinessDays[]
  /** The registry's deadline, where it passed without an attempt. */
  readonly overdue: Instant | null
  /** Index of the entry that the attempts must tell of. */
  readonly since: number
}

/** The fee of an act, which its application waits for until `due`. */
export type ApplicationFee = {
  /** SHA-256 of the request's canonical text, base64: the fees' key names it. */
  readonly request: string
  /** Null: awaited. An offer of payment that nobody answered in time counts as paid (`unanswered`). */
  readonly settled: 'paid' | 'unanswered' | 'refused' | null
}

/** An act that takes time: it waits in a pool's queue, is examined, or cools until `due`. */
export type Application = {
  readonly v: 1
  readonly handle: string
  readonly procedure: string
  readonly state: ApplicationState
  /** The request's body as signed, and what its procedure remembers beside it. */
  readonly body: { readonly [member: string]: import('./json.ts').Json }
  /** Handles whose consent was verified when the application was recorded. */
  readonly consents: readonly string[]
  /** When it takes effect; before its window: when the attestors must have answered, or the registry have notified. */
  readonly due: Instant | null
  /** When its window began: pauses from here on lengthen it. */
  readonly opened: Instant
  /** Seconds of pause that `due` already makes up for. */
  readonly pausedSeconds: number
  /** Next application in the same pool's queue. */
  readonly next: string | null
  /** The act's fee; null where none was asked for, or its receipt came with the request. */
  readonly fee: ApplicationFee | null
  /** Why a failed application failed: a refusal code. */
  readonly reason: string | null
  readonly examination: Examination | null
  /** What the registry must log before a window begins that somebody else may veto; null where none does. */
  readonly notice: AwaitedNotice | null
  readonly since: number
}

/** An attestor and its queue of calls: `first` is to be served now, `next` is the place that the next call gets. */
export type RosterClerk = {
  readonly staff: string
  readonly outside: boolean
  readonly first: number
  readonly next: number
}

/** The published list of staff in office, `obj/roster/CLERKS`: the attestors, who are called in turn, and the others. */
export type Roster = {
  readonly v: 1
  readonly clerks: readonly RosterClerk[]
  /** Handles of the members who are no attestors. */
  readonly others: readonly string[]
  /** Index of the clerk whose turn it is. */
  readonly turn: number
  /** Notices of dissolution that strangers filed not long ago: their places in the queues are limited. */
  readonly notices?: readonly FiledNotice[]
  readonly since: number
}

/** `by`: the pseudonym of the key that filed it. */
export type FiledNotice = { readonly by: string; readonly at: Instant }

/**
 * A key that a published file lists for an imported holder. Of OpenPGP either the whole public key, `pgp`, by which a
 * machine can check a claim, or its fingerprint alone, `openpgp`.
 */
export type MaintainerKey =
  | { readonly kind: 'ssh'; readonly key: string }
  /** Base64 of the body of the public-key packet. */
  | { readonly kind: 'pgp'; readonly key: string }
  | { readonly kind: 'openpgp'; readonly fingerprint: string }

/** Keys of an imported holder that nobody has claimed yet, `obj/maintainers/IMP-…`. */
export type Maintainers = {
  readonly v: 1
  readonly holder: string
  readonly keys: readonly MaintainerKey[]
  /** Name of the import source that lists them. */
  readonly source: string
  readonly since: number
}

/** What waits at one place of an attestor's queue, `obj/call/CL-1.17`. */
export type QueuedCall = { readonly v: 1; readonly application: string; readonly since: number }

/** One contiguous range to allocate from. */
export type Pool = {
  readonly v: 1
  readonly handle: string
  readonly space: 'ip4' | 'ip6' | 'asn'
  readonly first: string
  readonly last: string
  /** Whether the applicant may choose the block. */
  readonly open: boolean
  /** For each size (prefix length), a number below which nothing that fits is free. */
  readonly cursors: { readonly [length: string]: string }
  /** For each size that is waited for, the first and the last application of its queue, in order of arrival. */
  readonly queues: { readonly [length: string]: { readonly head: string; readonly tail: string } }
  /** Sizes of which nothing has been free since numbers last came back. */
  readonly exhausted: readonly string[]
  /** When the queues are to be served next; null when nothing is to do. */
  readonly serve: Instant | null
  readonly since: number
}

/** What a version of a procedure says and decides by, from some instant on. */
export type ProcedureTerms = {
  /** SHA-256 of the published page, standard base64. */
  readonly text: string
  readonly parameters: { readonly [name: string]: number | boolean | string }
}

/** Terms that were adopted later. They never bind what was asked for before. */
export type ProcedureRevision = ProcedureTerms & {
  readonly from: Instant
  /** The application by which they were adopted. */
  readonly adoption: string
  /** Index of the entry that put them in force. */
  readonly since: number
}

/** A procedure in force: its first terms, and those that were adopted later; an input of each of its decisions. */
export type ProcedureRecord = ProcedureTerms & {
  readonly v: 1
  readonly id: string
  /** The latest last. */
  readonly revisions: readonly ProcedureRevision[]
  readonly since: number
}

export const STAFF_ROLES = ['operator', 'clerk', 'adopter', 'auditor', 'notifier', 'cashier'] as const
/**
 * `notifier`: the key of the notices service, which records attempts and can do nothing else. `cashier`: the fees' key,
 * which says of one request whether its fee was paid, and can do nothing else.
 */
export type StaffRole = (typeof STAFF_ROLES)[number]

/** A person at work for the registry. No staff key can sign for a holder. */
export type Staff = {
  readonly v: 1
  readonly handle: string
  readonly role: StaffRole
  readonly alg: SignatureAlgorithmName
  readonly key: string
  /** Whether the attestor is outside the operator. */
  readonly outside: boolean
  /** When the member ended: from then on it has no say, and its record stays. */
  readonly until: Instant | null
  readonly since: number
}

export const ANNOTATION_KINDS = ['dispute', 'court-claim', 'sanction', 'correction', 'order'] as const

/** One public note. It says that somebody claims something, and never that it is so. */
export type Annotation = {
  /** `N-41` */
  readonly id: string
  readonly kind: (typeof ANNOTATION_KINDS)[number]
  /** Who: a holder's handle, the SHA-256 of a key in capital hexadecimal, or the handle of an order. */
  readonly by: string
  /** Hash of the facts it rests on: a second one on the same facts needs the holder's consent or a court's leave. */
  readonly facts: string
  /** Hash of the evidence, such as a claim that a court has stamped; null where there is none. */
  readonly evidence: string | null
  /** It lapses here; null = until it is ended. */
  readonly until: Instant | null
  readonly since: number
}

/** Annotations on one registration, apart from its cell, so that they never touch what a holder is about to sign. */
export type Notes = {
  readonly v: 1
  readonly registration: string
  /** Handle of the pending application (transfer or return). */
  readonly pending: string | null
  /** No transfer before this instant: the pool's hold after allocation, known to the holder when it applied. */
  readonly heldUntil: Instant | null
  readonly annotations: readonly Annotation[]
  /** End of the one delay of transfers under a court claim; it stays when it has passed, so that there is no second. */
  readonly delayedUntil: Instant | null
  /** Facts of annotations so far, the latest last. */
  readonly pastFacts: readonly string[]
  /** Orders that are to be executed on it, and holds in force. */
  readonly orders: readonly NotedOrder[]
  /** Claims of strangers not long ago, those that were withdrawn or have lapsed too. */
  readonly claims?: readonly StrangersClaim[]
  readonly since: number
}

/** `by`: pseudonym of the key. */
export type StrangersClaim = { readonly by: string; readonly at: Instant }

export const BLOCKABLE_ACTS = ['allocate', 'transfer'] as const
/** The act kinds that a sanctions act may forbid. Records, services and contacts are not among them. */
export type BlockableAct = (typeof BLOCKABLE_ACTS)[number]

/** Act kinds that a legal act of the seat forbids to one holder. */
export type BlockedActs = {
  /** Identifier of the legal act. */
  readonly act: string
  readonly kinds: readonly BlockableAct[]
  /** `exact`: register number or ruling; `partial`: a name alone, which only delays. */
  readonly match: 'exact' | 'partial'
  readonly evidence: string
  readonly until: Instant | null
  readonly since: number
}

/** Notes on a holder, `obj/notes/H-7`: only what a legal act of the seat forbids or orders, never a score or a standing. */
export type HolderNotes = {
  readonly v: 1
  readonly holder: string
  readonly blocked: readonly BlockedActs[]
  /** When a delay on a name alone last began: there is no other for a year. */
  readonly delayed: Instant | null
  /** Who acts for the holder by order of a court; null where nobody does. */
  readonly representative: Representative | null
  /** Notices of its dissolution: the latest application, and the hashes of notices that were refused. */
  readonly dissolution?: DissolutionNotices
  /** When it asked not long ago for what attestors examine: places in their queues are limited, for everyone alike. */
  readonly filed?: readonly Instant[]
  readonly since: number
}

export type DissolutionNotices = { readonly application: string; readonly refused: readonly string[] }

/** A report of the registry's own error. */
export type Incident = {
  readonly v: 1
  /** `I-41` */
  readonly handle: string
  readonly kind: string
  /** Hash of the report's text. */
  readonly report: string
  /** How many records are affected. */
  readonly affected: number
  readonly discovered: Instant
  /** It was to be published by then. */
  readonly deadline: Instant
  readonly at: Instant
  readonly by: string
  readonly since: number
}

/** A complaint about conduct. It names no holder, no number and no act: nothing can follow from it. */
export type Complaint = {
  readonly v: 1
  /** `C-41` */
  readonly handle: string
  readonly kind: 'conduct' | 'instrument'
  /** Hash of its text. */
  readonly complaint: string
  /** Hash of the instrument that is said to be forged; null for other conduct. */
  readonly instrument: string | null
  /** Country whose authorities are competent. */
  readonly seat: string
  /** The office that issued the instrument is to have been asked by then; null where there is none to ask. */
  readonly answerBy: Instant | null
  readonly answer: {
    readonly says: 'issued' | 'not-issued' | 'no-answer'
    readonly evidence: string
    readonly staff: string
    readonly at: Instant
  } | null
  readonly since: number
}

export type Profile = 'community' | 'national'

/** The registry itself: one object, `obj/registry/REGISTRY`. */
export type Registry = {
  readonly v: 1
  readonly origin: string
  readonly name: string
  /** ISO 3166-1 code of the country whose courts and regulators are competent. */
  readonly seat: string
  readonly profile: Profile
  /** `handed-over`: this log has ended, and the successor goes on where it ends. */
  readonly state: 'founding' | 'open' | 'handed-over'
  /** Hashes of the parts of its procedures that are to follow the genesis, the next first; none once all are in. */
  readonly awaitedParts: readonly string[]
  readonly demonstration: boolean
  /** The import in progress, or null. */
  readonly importing: Importing | null
  /** When the last import ended; `open` waits the objection period from here. */
  readonly imported: Instant | null
  /** Import sources so far. */
  readonly sources: readonly ImportSource[]
  /** WebAuthn relying-party id and allowed origins (W3C WebAuthn section 7.2). */
  readonly relyingParty: { readonly id: string; readonly origins: readonly string[] }
  /** The pause in force: everything waits, for everyone. */
  readonly paused: Paused | null
  /** Earlier pauses, oldest first: they lengthen holders' windows, and count for the limit. */
  readonly pauses: readonly Pause[]
  /** Who may go on with this registry, named in advance. */
  readonly successor: Successor | null
  /** A hand-over that was announced: not before `from`. */
  readonly handOver: { readonly announced: Instant; readonly from: Instant } | null
  /** Whose log this one goes on with; null where it was founded here. */
  readonly predecessor: Predecessor | null
  readonly since: number
}

/** Which witnesses must have seen a checkpoint: `obj/witnesses/POLICY`, text in the form of C2SP tlog-policy. */
export type WitnessPolicy = {
  readonly v: 1
  readonly policy: string
  /** The one before: until then both must be satisfied. */
  readonly previous: { readonly policy: string; readonly until: Instant } | null
  readonly since: number
}

/** A registry that may take over: the origin of its log and its log's Ed25519 key, 32 bytes in standard base64. */
export type Successor = { readonly origin: string; readonly key: string; readonly named: Instant }

export const MANDATE_KINDS = ['hand-over', 'order', 'silence'] as const
export type Predecessor = {
  readonly origin: string
  /** The policy by which its last checkpoint was verified, and that checkpoint's size. */
  readonly policy: string
  readonly size: number
  /** Hash of the document (a proof of the registry's own record) that holds the checkpoint. */
  readonly statement: string
  readonly mandate: { readonly kind: (typeof MANDATE_KINDS)[number]; readonly document: string }
  /** Index of the entry by which it was taken over: staff recorded before have no say any more. */
  readonly since: number
}

export type Pause = { readonly since: Instant; readonly until: Instant }
export type Paused = Pause & { readonly trigger: string; readonly report: string }

export type Importing = {
  readonly source: string
  readonly file: string
  readonly attribution: string
  /** SHA-256 of the file, standard base64. */
  readonly sha256: string
  readonly nested: boolean
  /** Data rows in the file, and how many were taken in so far. */
  readonly rows: number
  readonly done: number
}

export type ImportSource = {
  readonly source: string
  readonly file: string
  readonly sha256: string
  readonly attribution: string
  readonly rows: number
}

/** What is recorded under each type of object. Notes on a holder are {@link HolderNotes}. */
export type ObjectRecords = {
  readonly registry: Registry
  readonly holder: Holder
  readonly identity: Identity
  readonly application: Application
  readonly pool: Pool
  readonly procedure: ProcedureRecord
  readonly staff: Staff
  readonly notes: Notes
  readonly incident: Incident
  readonly complaint: Complaint
  readonly witnesses: WitnessPolicy
  readonly peer: Peer
  readonly transit: Transit
  readonly roster: Roster
  readonly call: QueuedCall
  readonly maintainers: Maintainers
  readonly authority: Authority
  readonly order: OrderRecord
  readonly desk: Desk
  readonly document: ServedDocument
  readonly calendar: CalendarRecord
}

/** The record at a key of this type, taken to be what the key says; null under a key of another type. */
export function asObject<T extends keyof ObjectRecords>(
  type: T,
  key: string,
  record: unknown,
): ObjectRecords[T] | null {
  return key.startsWith(`obj/${type}/`) ? (record as ObjectRecords[T] | null) : null
}
