/** Opening the one writer of a data directory, in whatever thread: store, keys, files, witnesses. */

import type { Signer } from '@cadastre/crypto'
import { nodeCrypto } from '@cadastre/crypto/node'
import { formatVkey, KEY_TYPE_ED25519, makeVkey, noteSigner, parsePolicy } from '@cadastre/notes'
import {
  fileGuard,
  type JudgeKeys,
  PublicFiles,
  Registrar,
  type Verify,
  Witnesses,
} from '@cadastre/registrar'
import type { Publication, StoreReader, StoreWriter } from '@cadastre/store-port'
import { openPostgresReader, openPostgresWriter } from '@cadastre/store-postgres'
import { openSqliteReader, openSqliteWriter } from '@cadastre/store-sqlite'
import type { TrieMemory } from '@cadastre/trie'
import type { DataDirectory, RegistryFile } from '../data/data-directory.ts'
import { loadKey } from '../data/key-files.ts'
import { systemNow } from '../data/system-now.ts'
import { postCheckpoint } from './post-checkpoint.ts'

const LOG_KEY = 'log'
const RECEIPT_KEY = 'receipts'
const OPERATOR_KEY = 'operator'

export type RegistryKeys = { readonly log: Signer; readonly receipts: Signer; readonly operator: Signer }

function passphraseFromEnvironment(): Promise<string | null> {
  return Promise.resolve(process.env['CADASTRE_PASSPHRASE'] ?? null)
}

async function loadRegistryKeys(directory: DataDirectory): Promise<RegistryKeys> {
  const load = (name: string): Promise<Signer> => loadKey(directory.keys, name, passphraseFromEnvironment)
  return { log: await load(LOG_KEY), receipts: await load(RECEIPT_KEY), operator: await load(OPERATOR_KEY) }
}

/** The vkeys that the registry publishes: log key named as the origin, receipt key beside it. */
export function registryVkeys(
  origin: string,
  keys: RegistryKeys,
): { readonly log: string; readonly receipts: string } {
  const vkey = (name: string, signer: Signer): string =>
    formatVkey(makeVkey(nodeCrypto, name, KEY_TYPE_ED25519, signer.publicKey))
  return { log: vkey(origin, keys.log), receipts: vkey(receiptName(origin), keys.receipts) }
}

function receiptName(origin: string): string {
  return `${origin}/receipts`
}

export function openWriter(directory: DataDirectory, databaseUrl: string | null): Promise<StoreWriter> {
  return databaseUrl === null ? openSqliteWriter(directory.database) : openPostgresWriter(databaseUrl)
}

export function openReader(directory: DataDirectory, databaseUrl: string | null): Promise<StoreReader> {
  return databaseUrl === null ? openSqliteReader(directory.database) : openPostgresReader(databaseUrl)
}

export type OpenOptions = {
  readonly directory: DataDirectory
  readonly registry: RegistryFile
  readonly databaseUrl: string | null
  readonly memory: TrieMemory
  readonly verify: Verify
  /** Judges keys before they are enrolled; in the registrar's own thread where it is absent. */
  readonly judgeKeys?: JudgeKeys
  readonly published: (publication: Publication) => void
  readonly report: (message: string, error?: Error) => void
  /** The registrar has stopped for good. */
  readonly stopped?: (error: Error) => void
  readonly progress?: (records: number) => void
}

/** Open the registrar; the caller drains it. */
export async function openRegistrar(
  options: OpenOptions,
): Promise<{ readonly registrar: Registrar; readonly keys: RegistryKeys; readonly policy: string }> {
  const { directory, registry } = options
  const keys = await loadRegistryKeys(directory)
  const policyText = await directory.policy(registryVkeys(registry.origin, keys).log)
  const policy = parsePolicy(nodeCrypto, policyText)
  if (!policy.ok)
    throw new Error(`${directory.witnessPolicy}: ${JSON.stringify(policy.error)}; see C2SP tlog-policy`)
  const store = await openWriter(directory, options.databaseUrl)
  try {
    const registrar = await Registrar.open(
      {
        crypto: nodeCrypto,
        store,
        memory: options.memory,
        origin: registry.origin,
        logSigner: noteSigner(nodeCrypto, registry.origin, keys.log),
        receiptSigner: noteSigner(nodeCrypto, receiptName(registry.origin), keys.receipts),
        files: new PublicFiles(directory.log),
        guard: fileGuard(directory.guard),
        // Also without any: the registry's own record may come to name some.
        witnesses: new Witnesses(policy.value, nodeCrypto, postCheckpoint),
        now: systemNow,
        verify: options.verify,
        ...(options.judgeKeys === undefined ? {} : { judgeKeys: options.judgeKeys }),
        published: options.published,
        report: options.report,
        ...(options.stopped === undefined ? {} : { stopped: options.stopped }),
        batchMilliseconds: 100,
        retryMilliseconds: 1000,
      },
      options.progress,
    )
    return { registrar, keys, policy: policyText }
  } catch (error) {
    await store.close()
    throw error
  }
}
