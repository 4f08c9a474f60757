/** Requests about a holder's keys, their recovery, its lock, and the confirmation of its data. */

import type { Holder, JsonObject, KeyPolicy } from '@cadastre/records'
import { CommandError, UsageError } from '../commands/output.ts'
import { handleOption, holderRecordKey, replacedMember, type Wish } from './bodies.ts'
import { enrolled, fileHash, list, needed, text, wholeNumber } from './wish-options.ts'
import type { Options, WishContext } from './wishes.ts'

type Build = (context: WishContext) => Promise<Wish>

function holderOption(options: Options): string {
  return handleOption(text(options, 'holder'), '--holder')
}

/** A request about the holder's own record, naming the members that it replaces. */
export async function ownRecord(
  { client, options }: WishContext,
  procedure: string,
  body: JsonObject,
  members: readonly string[] = [],
): Promise<Wish> {
  const holder = holderOption(options)
  const key = holderRecordKey(holder)
  const replaces = await Promise.all(members.map((member) => replacedMember(client, key, member)))
  return { procedure, body: { ...body, holder }, replaces }
}

/** The veto of what waits on a holder's record; null where none is asked for. */
export function vetoOption(options: Options): JsonObject | null {
  const application = text(options, 'veto')
  if (application === undefined) return null
  const guardian = text(options, 'asGuardian')
  return {
    application: handleOption(application, '--veto'),
    guardian: guardian === undefined ? null : handleOption(guardian, '--as-guardian'),
  }
}

const confirm: Build = (context) => ownRecord(context, 'confirm/1', {})

const lock: Build = async (context) => {
  const { options } = context
  const about = (body: JsonObject, members: readonly string[] = []): Promise<Wish> =>
    ownRecord(context, 'lock/1', body, members)
  const both = ['lockedUntil', 'lockReleaseSeconds']
  const veto = vetoOption(options)
  if (veto !== null) return about({ ...veto, step: 'veto' })
  if (options['freeze'] === true) return about({ step: 'freeze' })
  if (options['release'] === true) return about({ step: 'release' }, both)
  const until = needed(options, 'until', '--until, --release, --freeze or --veto')
  const after = text(options, 'releaseAfter')
  const releaseSeconds = after === undefined ? null : wholeNumber(after, '--release')
  return about({ step: 'lock', until, releaseSeconds }, both)
}

async function policyOf({ client, options }: WishContext): Promise<KeyPolicy> {
  const handle = holderOption(options)
  const record = await client.record(holderRecordKey(handle))
  if (record === null) throw new CommandError(`There is no holder ${handle}.`)
  const holder: unknown = record
  const { policy } = holder as Holder
  if (policy === null) throw new CommandError(`${handle} is an imported holder; nobody has claimed it yet.`)
  return policy
}

/** How lost keys may be recovered; null where nothing is said about that. */
function recoveryOption(options: Options): JsonObject | null {
  const count = text(options, 'guardianThreshold')
  const evidence = text(options, 'evidenceRecovery')
  if (count === undefined && evidence === undefined) return null
  if (count === undefined || (evidence !== 'on' && evidence !== 'off'))
    throw new UsageError(
      'Both are set at once: --guardian-threshold NUMBER or majority, --evidence-recovery on or off.',
    )
  return {
    step: 'recovery',
    guardianThreshold: count === 'majority' ? null : wholeNumber(count, '--guardian-threshold'),
    evidenceRecovery: evidence === 'on',
  }
}

const rotateKeys: Build = async (context) => {
  const { options, added } = context
  const veto = vetoOption(options)
  if (veto !== null) return ownRecord(context, 'rotate-keys/1', { ...veto, step: 'veto' })
  const recovery = recoveryOption(options)
  if (recovery !== null)
    return ownRecord(context, 'rotate-keys/1', recovery, ['guardianThreshold', 'evidenceRecovery'])
  const removed = list(options, 'removeKey')
  const guardians = list(options, 'guardian').map((one) => handleOption(one, '--guardian'))
  const threshold = text(options, 'threshold')
  const none = options['withoutGuardians'] === true
  if ([added, removed, guardians].every(({ length }) => length === 0) && threshold === undefined && !none)
    throw new UsageError(
      'What is to change? --add-key, --remove-key, --threshold, --guardian, --without-guardians, --evidence-recovery or --veto.',
    )
  const policy = await policyOf(context)
  const next: JsonObject = {
    m: threshold === undefined ? policy.m : wholeNumber(threshold, '--threshold'),
    keys: [
      ...policy.keys.filter(({ key }) => !removed.includes(key)).map((key) => ({ ...key })),
      ...added.map(enrolled),
    ],
    guardians: none ? [] : guardians.length > 0 ? guardians : policy.guardians,
  }
  return ownRecord(context, 'rotate-keys/1', { step: 'rotate', policy: next }, ['policy'])
}

const recoverKeys: Build = async (context) => {
  const { options, added } = context
  const veto = vetoOption(options)
  if (veto !== null) return ownRecord(context, 'recover-keys/1', { ...veto, step: 'veto' })
  if (added.length === 0) throw new UsageError('--add-key NAME: the keys that the holder is to have.')
  const keys = { m: wholeNumber(text(options, 'threshold') ?? '1', '--threshold'), keys: added.map(enrolled) }
  const guardians = list(options, 'guardian').map((one) => handleOption(one, '--guardian'))
  const instrument = text(options, 'instrument')
  if (instrument === undefined && guardians.length === 0)
    throw new UsageError(
      '--guardian HANDLE for each guardian who signs, or --instrument FILE, --attestor and --by.',
    )
  const way: JsonObject =
    instrument === undefined
      ? { step: 'guardians', guardians }
      : {
          step: 'evidence',
          by: handleOption(text(options, 'by'), '--by'),
          instrument: await fileHash(instrument),
          attestor: handleOption(text(options, 'attestor'), '--attestor'),
        }
  return ownRecord(context, 'recover-keys/1', { ...way, ...keys }, ['policy'])
}

export const KEYS_WISHES: { readonly [kind: string]: Build } = {
  confirm,
  lock,
  'rotate-keys': rotateKeys,
  'recover-keys': recoverKeys,
}
