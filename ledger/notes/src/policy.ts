import type { Crypto, Result } from '@cadastre/crypto'
import { type OpenCheckpointError, type OpenedCheckpoint, openCheckpoint } from './checkpoint.ts'
import { type CosignatureVerifier, cosignatureVerifier } from './cosignature.ts'
import { parseNote } from './note.ts'
import { noteVerifier } from './note-keys.ts'
import { formatVkey, type Vkey } from './vkey.ts'

/** A log whose checkpoints are accepted; its key name is its origin. */
export interface PolicyLog {
  readonly vkey: Vkey
  readonly url: string | null
}

/** A witness; `name` has meaning inside the policy only. */
export interface PolicyWitness {
  readonly name: string
  readonly vkey: Vkey
  /** Submission prefix of the witness protocol, for those who ask for cosignatures. */
  readonly url: string | null
}

/** A set of witnesses and groups that counts as one once `threshold` of its members cosigned. */
export interface PolicyGroup {
  readonly name: string
  readonly threshold: number
  readonly members: readonly string[]
}

/** A trust policy (C2SP tlog-policy): which logs, and which cosignatures make a checkpoint valid. */
export interface Policy {
  readonly logs: readonly PolicyLog[]
  readonly witnesses: readonly PolicyWitness[]
  /** In order of definition: a group's members come before it. */
  readonly groups: readonly PolicyGroup[]
  /** The name of a witness or group, or `none`. */
  readonly quorum: string
}

/** The policy's text. The caller vouches for a policy that `parsePolicy` would accept. */
export function formatPolicy(policy: Policy): string {
  const line = (...words: readonly (string | null)[]): string =>
    `${words.filter((w) => w !== null).join(' ')}\n`
  return [
    ...policy.logs.map((log) => line('log', formatVkey(log.vkey), log.url)),
    ...policy.witnesses.map((witness) =>
      line('witness', witness.name, formatVkey(witness.vkey), witness.url),
    ),
    ...policy.groups.map((group) => line('group', group.name, `${group.threshold}`, ...group.members)),
    line('quorum', policy.quorum),
  ].join('')
}

/** Whether the witnesses that cosigned, by their names in the policy, make up its quorum. */
export function quorumMet(policy: Policy, cosigned: ReadonlySet<string>): boolean {
  if (policy.quorum === 'none') return true
  const witnessed = new Set(policy.witnesses.map(({ name }) => name).filter((name) => cosigned.has(name)))
  for (const group of policy.groups) {
    const count = group.members.filter((member) => witnessed.has(member)).length
    if (count >= group.threshold) witnessed.add(group.name)
  }
  return witnessed.has(policy.quorum)
}

/** The cosignature verifiers of a policy's witnesses. */
export function cosignersOf(crypto: Crypto, policy: Policy): CosignatureVerifier[] {
  return policy.witnesses.map(({ vkey }) => cosignatureVerifier(crypto, vkey))
}

/** One witness's statement on a checkpoint, checked. */
export interface PolicyCosignature {
  readonly witness: PolicyWitness
  /** POSIX seconds. */
  readonly time: number
}

export type PolicyCheckError = OpenCheckpointError | 'unknown-log' | 'no-quorum'

/**
 * Checks a checkpoint against a policy: signed by one of its logs under that log's own origin, no bad
 * signature of a known key, and a quorum of cosignatures. How old they may be is for the caller to say.
 */
export function checkPolicy(
  crypto: Crypto,
  policy: Policy,
  note: Uint8Array | string,
): Result<
  OpenedCheckpoint & { readonly log: PolicyLog; readonly cosigned: readonly PolicyCosignature[] },
  PolicyCheckError
> {
  const parsed = parseNote(note)
  if (!parsed.ok) return parsed
  const origin = parsed.value.text.slice(0, parsed.value.text.indexOf('\n'))
  const logs = policy.logs.filter(({ vkey }) => vkey.name === origin)
  const [log] = logs
  if (log === undefined) return { ok: false, error: 'unknown-log' }
  const keys = logs.map(({ vkey }) => noteVerifier(crypto, vkey))
  const opened = openCheckpoint(note, origin, keys, cosignersOf(crypto, policy))
  if (!opened.ok) return opened
  const cosigned = opened.value.cosignatures.flatMap(({ verifier, time }) => {
    const witness = policy.witnesses.find(
      ({ vkey }) => vkey.name === verifier.name && vkey.id === verifier.id,
    )
    return witness === undefined ? [] : [{ witness, time }]
  })
  const names = new Set(cosigned.map(({ witness }) => witness.name))
  if (!quorumMet(policy, names)) return { ok: false, error: 'no-quorum' }
  return { ok: true, value: { ...opened.value, log, cosigned } }
}
