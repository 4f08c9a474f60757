/** Making a registry: the data directory with its keys, and the demonstration registry. */

import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Registrar } from '@cadastre/registrar'
import type { DataDirectory, RegistryFile } from './data-directory.ts'
import {
  type Founder,
  foundGenesis,
  importFile,
  openRegistry,
  type PoolPlan,
  type StaffPlan,
} from './founding.ts'
import { createKey } from './key-files.ts'

/** Whether the directory is missing or empty. */
export async function isEmptyDirectory(directory: DataDirectory): Promise<boolean> {
  try {
    return (await readdir(directory.path)).length === 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true
    throw error
  }
}

/** Keys first, then the file that makes the directory a registry: an interrupted start can be repeated. */
export async function createRegistryFiles(
  directory: DataDirectory,
  registry: RegistryFile,
  passphrase: string | null,
): Promise<void> {
  for (const name of ['log', 'receipts', 'operator', 'notifier'])
    await createKey(directory.keys, name, passphrase)
  await directory.writeRegistry(registry)
}

export const DEMONSTRATION: RegistryFile = {
  v: 1,
  origin: 'demonstration.cadastre.invalid/log',
  name: 'Cadastre demonstration',
  seat: 'XX',
  profile: 'community',
  demonstration: true,
}

/** What every face of the demonstration says. */
export const DEMONSTRATION_NOTICE =
  'Demonstration on published statistics of 2024-01-04 (NRO, nro.net, CC BY 4.0), not the registry that published them.'

const DEMONSTRATION_FILE: string = fileURLToPath(
  new URL('../../../../examples/delegated-lacnic-extended-20240104.gz', import.meta.url),
)

/**
 * RFC 1918, RFC 4193 and RFC 6996 numbers: pools to allocate from. Of the 32-bit private AS numbers the last million
 * is left out: up to AS4294967294 they are 34 aligned blocks, and genesis is one entry of 32 KiB.
 */
const DEMONSTRATION_POOLS: readonly PoolPlan[] = [
  { handle: 'IP4-PRIVATE', space: 'ip4', range: '10.0.0.0 - 10.255.255.255', open: true },
  { handle: 'IP6-PRIVATE', space: 'ip6', range: 'fd00::/8', open: true },
  { handle: 'ASN-PRIVATE', space: 'asn', range: 'AS64512 - AS65534', open: true },
  { handle: 'ASN-PRIVATE-32', space: 'asn', range: 'AS4200000000 - AS4293918719', open: true },
]

/** Bring a demonstration registry from wherever it stands to open. */
export async function foundDemonstration(
  registrar: Registrar,
  founder: Founder,
  witnessPolicy: string,
  notifier: StaffPlan,
  progress: (done: number, total: number) => void,
): Promise<void> {
  if (registrar.registry === null)
    await foundGenesis(registrar, founder, DEMONSTRATION_POOLS, witnessPolicy, [notifier])
  if (registrar.registry?.state === 'open') return
  if ((registrar.registry?.sources.length ?? 0) === 0)
    await importFile(registrar, founder, {
      file: DEMONSTRATION_FILE,
      source: 'LACNIC',
      nested: false,
      attribution: 'NRO, nro.net, CC BY 4.0',
      progress,
    })
  await openRegistry(registrar, founder)
}
