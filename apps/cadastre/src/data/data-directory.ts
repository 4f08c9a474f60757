/** The data directory of one registry: where everything lies, and what it is. */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Profile } from '@cadastre/records'
import { readIfThere } from '@cadastre/registrar'

/** `registry.json`: what must be known before the log is read. All else is in the log. */
export type RegistryFile = {
  readonly v: 1
  /** Origin of the log, its key's name: a host name and path without scheme (C2SP tlog-checkpoint). */
  readonly origin: string
  readonly name: string
  readonly seat: string
  readonly profile: Profile
  readonly demonstration: boolean
}

export class DataDirectory {
  readonly path: string
  constructor(path: string) {
    this.path = path
  }
  get registryFile(): string {
    return join(this.path, 'registry.json')
  }
  get keys(): string {
    return join(this.path, 'keys')
  }
  get database(): string {
    return join(this.path, 'cadastre.sqlite')
  }
  /** Public files: checkpoint and tiles. */
  get log(): string {
    return join(this.path, 'log')
  }
  /** The last signed checkpoint: not to be restored together with an older store. */
  get guard(): string {
    return join(this.path, 'last-checkpoint')
  }
  /** C2SP tlog-policy with the witnesses; optional. */
  get witnessPolicy(): string {
    return join(this.path, 'witness-policy')
  }

  /** Addresses of other doors at which requests are handed in, one a line; optional. */
  get doors(): string {
    return join(this.path, 'doors')
  }

  /** The other doors; `#` begins a comment line. */
  async doorList(): Promise<readonly string[]> {
    const text = (await readIfThere(this.doors)) ?? ''
    return text
      .split('\n')
      .map((line) => line.trim().replace(/\/+$/, ''))
      .filter((line) => line !== '' && !line.startsWith('#'))
  }

  /** The registry of this directory; null where there is none yet. */
  async registry(): Promise<RegistryFile | null> {
    const text = await readIfThere(this.registryFile)
    return text === null ? null : (JSON.parse(text) as RegistryFile)
  }

  async writeRegistry(registry: RegistryFile): Promise<void> {
    await mkdir(this.path, { recursive: true })
    await writeFile(this.registryFile, `${JSON.stringify(registry, null, 2)}\n`, { flag: 'wx' })
  }

  async policy(logVkey: string): Promise<string> {
    const text = await readIfThere(this.witnessPolicy)
    return text ?? `log ${logVkey}\nquorum none\n`
  }
}

/** Text of a procedure's published page, and of the participation agreement: part of the program. */
export function documentText(path: string): Promise<string> {
  return readFile(new URL(`../../../../docs/${path}`, import.meta.url), 'utf8')
}
