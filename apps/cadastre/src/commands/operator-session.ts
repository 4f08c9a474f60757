/** The operator's commands work on the data directory itself, with the one writer; a running server excludes them. */

import type { Registrar } from '@cadastre/registrar'
import { createTrieMemory } from '@cadastre/trie'
import { DataDirectory, type RegistryFile } from '../data/data-directory.ts'
import type { Founder } from '../data/founding.ts'
import type { Settings } from '../data/settings.ts'
import { systemNow } from '../data/system-now.ts'
import { openRegistrar } from '../writer/open-registrar.ts'
import { VerifyPool } from '../writer/verify-pool.ts'
import { CommandError, createProgress, type Output } from './output.ts'

export type OperatorSession = {
  readonly registry: RegistryFile
  readonly registrar: Registrar
  readonly founder: Founder
  readonly policy: string
}

/**
 * Open the registry of the data directory, do something with its writer, publish, and close. `founding`: the genesis is
 * what is to be done.
 */
export async function withRegistrar<T>(
  settings: Settings,
  output: Output,
  work: (session: OperatorSession) => Promise<T>,
  founding: boolean = false,
): Promise<T> {
  const directory = new DataDirectory(settings.data)
  const registry = await directory.registry()
  if (registry === null)
    throw new CommandError(
      `There is no registry in ${settings.data}. "cadastre init" makes one; CADASTRE_DATA names another directory.`,
    )
  const pool = new VerifyPool(1)
  const loading = createProgress('loading records')
  try {
    const { registrar, keys, policy } = await openRegistrar({
      directory,
      registry,
      databaseUrl: settings.databaseUrl,
      memory: createTrieMemory(),
      verify: (checks) => pool.verify(checks),
      published: () => undefined,
      report: (message, error) => output.note(error === undefined ? message : `${message}: ${error.message}`),
      progress: (done) => loading.update(done, null),
    })
    loading.end()
    try {
      if (registrar.registry === null && !founding)
        throw new CommandError(
          `The registry in ${settings.data} was never founded: its genesis is missing. Empty the directory and run "cadastre init" again.`,
        )
      const founder = { registry, operator: keys.operator, now: systemNow }
      const result = await work({ registry, registrar, founder, policy })
      await registrar.publishedAll()
      return result
    } finally {
      await registrar.drain()
    }
  } finally {
    loading.end()
    await pool.close()
  }
}
