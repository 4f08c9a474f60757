/** `take-over`: becoming the successor of another registry, from its public files alone. */

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { makeAnswer } from '@cadastre/answers'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { PROFILES, procedureKey, REGISTRY_KEY, termsHash } from '@cadastre/procedures'
import {
  addSeconds,
  type JsonObject,
  type ProcedureRecord,
  type Profile,
  type Registry,
  type Request,
} from '@cadastre/records'
import { type Continued, continueLog, type Registrar } from '@cadastre/registrar'
import { evidenceText, memberHashOf, requestText, signRequest, statementItem } from '@cadastre/signatures'
import type { LogReader } from '@cadastre/why'
import { openLog } from '../client/log-files.ts'
import { fileHash } from '../client/wish-options.ts'
import { createRegistryFiles, isEmptyDirectory } from '../data/create.ts'
import { DataDirectory, type RegistryFile } from '../data/data-directory.ts'
import { OPERATOR } from '../data/founding.ts'
import { loadKey } from '../data/key-files.ts'
import { notifierPlan } from '../data/notifier.ts'
import type { Settings } from '../data/settings.ts'
import { openWriter } from '../writer/open-registrar.ts'
import { withRegistrar } from './operator-session.ts'
import { CommandError, createProgress, EXIT, type Output, UsageError } from './output.ts'

export type PrepareOptions = {
  readonly origin: string
  readonly name: string
  readonly profile: string
  readonly seat: string
}
export type TakeOverOptions = { readonly policy: string; readonly mandate: string; readonly kind: string }

const EXPIRY_SECONDS = 3600
const STEP = 1024

function passphrase(): string | null {
  return process.env['CADASTRE_PASSPHRASE'] ?? null
}
function key(directory: DataDirectory, name: string): Promise<Signer> {
  return loadKey(directory.keys, name, () => Promise.resolve(passphrase()))
}

function profileOf(text: string): Profile {
  if (text === 'community' || text === 'national') return text
  throw new UsageError(`--profile ${text}: expected community or national.`)
}

/** Keys and `registry.json`; nothing is founded yet. */
export async function prepareCommand(
  settings: Settings,
  options: PrepareOptions,
  output: Output,
): Promise<void> {
  const directory = new DataDirectory(settings.data)
  if (!(await isEmptyDirectory(directory)))
    throw new CommandError(
      `${settings.data} is not empty; a successor begins in an empty directory (CADASTRE_DATA).`,
    )
  const { origin, name, seat } = options
  const registry: RegistryFile = {
    v: 1,
    origin,
    name,
    seat,
    profile: profileOf(options.profile),
    demonstration: false,
  }
  await createRegistryFiles(directory, registry, passphrase())
  const logKey = encodeBase64((await key(directory, 'log')).publicKey)
  output.result(
    { origin, logKey },
    `The predecessor names this successor with:\n  cadastre request hand-over --successor-origin ${origin} --successor-key ${logKey} --staff OPERATOR --save FILE\nSign FILE with this directory’s log key too: cadastre request sign FILE --keys ${directory.keys} --key log`,
  )
}

async function* entriesOf(log: LogReader, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < size; from += STEP) yield* await log.entries(from, Math.min(STEP, size - from))
}

/** Every version in force, with the hash of its terms. */
function proceduresOf(record: Continued['record']): readonly JsonObject[] {
  const inputs = { memberHash: (member: JsonObject) => memberHashOf(nodeCrypto, member) }
  return Object.keys(PROFILES.community).flatMap((id) => {
    const found = record(procedureKey(id)) as ProcedureRecord | null
    return found === null ? [] : [{ id, terms: termsHash(found, inputs as Parameters<typeof termsHash>[1]) }]
  })
}

/** Fill the store from the predecessor's files, and take over. */
export async function takeOverCommand(
  settings: Settings,
  source: string,
  options: TakeOverOptions,
  output: Output,
): Promise<number> {
  const directory = new DataDirectory(settings.data)
  const prepared = await directory.registry()
  if (prepared === null)
    throw new CommandError(
      `There is no successor in ${settings.data}. "cadastre take-over prepare" makes one.`,
    )
  const policy = await readFile(options.policy, 'utf8')
  const continued = await readPredecessor(settings, directory, source, options.policy)
  const predecessor = continued.record(REGISTRY_KEY) as Registry
  if (predecessor.seat !== prepared.seat)
    throw new CommandError(
      `The predecessor’s seat is ${predecessor.seat}, and this successor was prepared with --seat ${prepared.seat}. A successor goes on in the same seat; another one is a change of procedure.`,
    )
  const notifier = await notifierPlan(directory)
  const body = (origin: string, name: string, operator: Signer, document: string): JsonObject => ({
    name,
    origin,
    seat: predecessor.seat,
    relyingParty: { id: `sign.${hostOf(origin)}`, origins: [`https://sign.${hostOf(origin)}`] },
    staff: [
      {
        handle: OPERATOR,
        role: 'operator',
        alg: 'ed25519',
        key: encodeBase64(operator.publicKey),
        outside: false,
      },
      { ...notifier, alg: 'ed25519' },
    ],
    procedures: proceduresOf(continued.record),
    predecessor: { origin: predecessor.origin, policy, mandate: { kind: options.kind, document } },
  })
  const document = await fileHash(options.mandate)
  const logKey = await key(directory, 'log')
  const word = statementItem(policy, REGISTRY_KEY, makeAnswer(continued.frame, continued.prove(REGISTRY_KEY)))
  await withRegistrar(settings, output, ({ registry, registrar, founder }) => {
    const { origin, name } = registry
    const request: Request = {
      v: 1,
      origin,
      procedure: 'take-over/1',
      body: body(origin, name, founder.operator, document),
      replaces: [],
      expires: addSeconds(founder.now(), EXPIRY_SECONDS),
      nonce: encodeBase64(randomBytes(16)),
    }
    return found(registrar, request, [founder.operator, logKey], word)
  })
  const { size } = continued.checkpoint
  output.result({ size }, `Taken over: ${size} entries verified and decided again. "cadastre serve" goes on.`)
  return EXIT.ok
}

function hostOf(origin: string): string {
  return origin.split('/')[0] ?? origin
}

async function readPredecessor(
  settings: Settings,
  directory: DataDirectory,
  source: string,
  policyFile: string,
): Promise<Continued> {
  const { log, trust, checkpoint, size } = await openLog(source, { policy: policyFile })
  const store = await openWriter(directory, settings.databaseUrl)
  const bar = createProgress('verifying entries')
  try {
    const given = { checkpoint, policy: trust, entries: entriesOf(log, size) }
    return await continueLog(nodeCrypto, store, given, (done, total) => bar.update(done, total))
  } finally {
    bar.end()
    await store.close()
  }
}

async function found(
  registrar: Registrar,
  request: Request,
  signers: readonly Signer[],
  word: ReturnType<typeof statementItem>,
): Promise<void> {
  const text = requestText(request)
  const evidence = evidenceText([...signers.map((signer) => signRequest(text, signer)), word])
  const [outcome] = await registrar.found([{ request: text, evidence }])
  if (outcome?.accepted === true) return
  const codes = outcome === undefined ? 'no outcome' : outcome.refusals.join()
  throw new CommandError(
    `take-over/1 was refused: ${codes}. The refusal is logged here; empty the store and begin again.`,
  )
}
