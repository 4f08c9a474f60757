/** Requests between registries and about the registry itself: moves, peers, adoptions, witnesses, hand-over. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { formatRange } from '@cadastre/numbers'
import { peerHandle, procedureKey } from '@cadastre/procedures'
import {
  type EvidenceItem,
  isObject,
  type Json,
  type JsonObject,
  objectKey,
  type Peer,
  type ProcedureRecord,
  type Transit,
} from '@cadastre/records'
import { statementItem } from '@cadastre/signatures'
import { CommandError, UsageError } from '../commands/output.ts'
import { findRegistration, handleOption, rangeOption, type Wish } from './bodies.ts'
import { RegistryClient } from './registry-client.ts'
import { parseStaff } from './staff-plan.ts'
import { fileHash, list, needed, text } from './wish-options.ts'
import type { Options, WishContext } from './wishes.ts'

type Build = (context: WishContext) => Promise<Wish>

const HASHES = { digest: (given: string) => createHash('sha256').update(given).digest('hex') }

function wish(procedure: string, body: JsonObject, evidence: readonly EvidenceItem[] = []): Wish {
  return { procedure, body, replaces: [], evidence }
}
function staffOf(options: Options): string {
  return handleOption(list(options, 'staff')[0], '--staff')
}

async function textOf(options: Options, name: string, flag: string): Promise<string> {
  const path = needed(options, name, flag)
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new CommandError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

async function peerHere(client: RegistryClient, origin: string): Promise<Peer> {
  const record: unknown = await client.record(objectKey('peer', peerHandle(origin, HASHES)))
  if (record === null) throw new CommandError(`${origin} is not on this registry's list of peers.`)
  return record as Peer
}

/** What the other registry says of a move, fetched from it with its proof; `at`: when its keys must have counted. */
async function wordOf(
  { client, options }: WishContext,
  origin: string,
  handle: string,
  at: string | null,
): Promise<EvidenceItem> {
  const { policies } = await peerHere(client, origin)
  const policy = policies.findLast(({ from }) => at === null || from <= at)?.policy
  if (policy === undefined) throw new CommandError(`No keys of ${origin} count yet.`)
  const other = new RegistryClient(needed(options, 'peerUrl', '--peer-url ADDRESS of the other registry'))
  const key = objectKey('transit', handle)
  return statementItem(policy, key, (await other.prove(key)).document)
}

const moveOut: Build = async (context) => {
  const { client, options } = context
  const cancelled = text(options, 'cancel')
  if (cancelled !== undefined) {
    const by = handleOption(text(options, 'by'), '--by')
    return wish('move-out/1', { step: 'cancel', transit: handleOption(cancelled, '--cancel'), by })
  }
  if (text(options, 'finalize') !== undefined) return finalize(context)
  const holder = handleOption(text(options, 'holder'), '--holder')
  const range = rangeOption(text(options, 'range'), '--range')
  const recipient = {
    origin: needed(options, 'toRegistry', '--to-registry ORIGIN'),
    holder: handleOption(text(options, 'to'), '--to'),
  }
  const { key, registration, replaced } = await findRegistration(client, range, holder)
  const body = {
    step: 'init',
    holder,
    registration: { key, id: registration.id },
    range: formatRange(range),
    recipient,
  }
  return { procedure: 'move-out/1', body, replaces: [replaced] }
}

async function finalize(context: WishContext): Promise<Wish> {
  const { client, options } = context
  const handle = handleOption(text(options, 'finalize'), '--finalize')
  const record: unknown = await client.record(objectKey('transit', handle))
  if (record === null) throw new CommandError(`Nothing is on its way out under ${handle}.`)
  const { source, recipient, opened } = record as Transit
  const arrival = `${peerHandle(source.origin, HASHES)}.${handle}`
  const word = await wordOf(context, recipient.origin, arrival, opened)
  return wish('move-out/1', { step: 'finalize', transit: handle }, [word])
}

const MOVE_IN_STEPS = ['accept', 'complete', 'cancel'] as const

const moveIn: Build = async (context) => {
  const { options } = context
  const step = MOVE_IN_STEPS.find((name) => text(options, name) !== undefined)
  if (step === undefined) throw new UsageError('--accept, --complete or --cancel TRANSIT: which step?')
  const origin = needed(options, 'fromRegistry', '--from-registry ORIGIN')
  const transit = handleOption(text(options, step), `--${step}`)
  const word = await wordOf(context, origin, transit, null)
  if (step !== 'accept') return wish('move-in/1', { step, origin, transit }, [word])
  const range = formatRange(rangeOption(text(options, 'range'), '--range'))
  const holder = handleOption(text(options, 'holder'), '--holder')
  return wish('move-in/1', { step, origin, transit, holder, range }, [word])
}

const listPeer: Build = async ({ options }) =>
  wish('list-peer/1', {
    staff: staffOf(options),
    origin: needed(options, 'origin', '--origin ORIGIN'),
    policy: await textOf(options, 'policy', '--policy FILE'),
    rdap: text(options, 'rdap') ?? null,
  })

/** `name=value` over the terms in force. */
export function parametersOf(
  current: ProcedureRecord['parameters'],
  given: readonly string[],
): ProcedureRecord['parameters'] {
  const parameters: Record<string, number | boolean | string> = { ...current }
  for (const one of given) {
    const [, name, value] = /^([a-z][A-Za-z0-9]*)=(\d{1,10}|true|false)$/.exec(one) ?? []
    if (name === undefined || value === undefined)
      throw new UsageError(`--parameter ${one}: expected NAME=NUMBER, NAME=true or NAME=false.`)
    parameters[name] = /^\d/.test(value) ? Number(value) : value === 'true'
  }
  return parameters
}

/** The terms in force of a version; empty where none is. */
export async function currentParameters(
  client: RegistryClient,
  procedure: string,
): Promise<ProcedureRecord['parameters']> {
  const record: unknown = await client.record(procedureKey(procedure))
  if (record === null) return {}
  const { parameters, revisions } = record as ProcedureRecord
  return revisions.at(-1)?.parameters ?? parameters
}

/** What `cadastre impact --json` printed. */
async function impactIn(options: Options): Promise<Json> {
  const value = JSON.parse(await textOf(options, 'impact', '--impact FILE')) as Json
  if (!isObject(value))
    throw new CommandError('--impact FILE: expected what "cadastre impact --json" prints.')
  const { size, acts, otherwise, holders } = value
  return { size: size ?? null, acts: acts ?? null, otherwise: otherwise ?? null, holders: holders ?? null }
}

const adoptProcedure: Build = async ({ client, options }) => {
  const staff = staffOf(options)
  const withdrawn = text(options, 'withdraw')
  if (withdrawn !== undefined)
    return wish('adopt-procedure/1', {
      step: 'withdraw',
      staff,
      application: handleOption(withdrawn, '--withdraw'),
    })
  const procedure = needed(options, 'procedure', '--procedure ID, such as transfer/1')
  return wish('adopt-procedure/1', {
    step: 'adopt',
    staff,
    procedure,
    page: await textOf(options, 'page', '--page FILE'),
    parameters: parametersOf(await currentParameters(client, procedure), list(options, 'parameter')),
    vectors: await fileHash(needed(options, 'vectors', '--vectors FILE')),
    impact: await impactIn(options),
  })
}

const changeStaff: Build = async ({ options }) => {
  const staff = list(options, 'staff').map((name) => handleOption(name, '--staff'))
  const withdrawn = text(options, 'withdraw')
  if (withdrawn !== undefined)
    return wish('change-staff/1', {
      step: 'withdraw',
      staff,
      application: handleOption(withdrawn, '--withdraw'),
    })
  return wish('change-staff/1', {
    step: 'change',
    staff,
    add: list(options, 'add').map((one) => ({ ...parseStaff(one, '--add'), alg: 'ed25519' })),
    end: list(options, 'end').map((name) => handleOption(name, '--end')),
  })
}

const changeWitnesses: Build = async ({ options }) =>
  wish('change-witnesses/1', {
    staff: staffOf(options),
    policy: await textOf(options, 'policy', '--policy FILE'),
  })

const HAND_OVER_STEPS = ['announce', 'withdraw', 'finish'] as const

const handOver: Build = async ({ options }) => {
  const staff = staffOf(options)
  const origin = text(options, 'successorOrigin')
  if (origin !== undefined) {
    const key = needed(options, 'successorKey', '--successor-key KEY, its log’s public key')
    return wish('hand-over/1', { step: 'name', staff, origin, key })
  }
  const step = HAND_OVER_STEPS.find((name) => options[name] === true)
  if (step === undefined)
    throw new UsageError('--successor-origin ORIGIN, --announce, --withdraw or --finish: which step?')
  return wish('hand-over/1', { step, staff })
}

export const REGISTRIES_WISHES: { readonly [kind: string]: Build } = {
  'move-out': moveOut,
  'move-in': moveIn,
  'list-peer': listPeer,
  'adopt-procedure': adoptProcedure,
  'change-staff': changeStaff,
  'change-witnesses': changeWitnesses,
  'hand-over': handOver,
}
