/** The directory of one watch: where everything lies, and what it is. */

import { join } from 'node:path'
import { readIfThere, writeDurably } from '@cadastre/registrar'

/** `watch.json`: what must be known before the log is read. */
export type WatchFile = {
  readonly v: 1
  /** Origin of the log, its key's name: a host name and path without scheme (C2SP tlog-checkpoint). */
  readonly origin: string
}

export class WatchDirectory {
  readonly path: string
  constructor(path: string) {
    this.path = path
  }
  get file(): string {
    return join(this.path, 'watch.json')
  }
  get keys(): string {
    return join(this.path, 'keys')
  }
  get database(): string {
    return join(this.path, 'watch.sqlite')
  }
  /** Public files: checkpoint and tiles. */
  get log(): string {
    return join(this.path, 'log')
  }
  /** The last signed checkpoint: not to be restored together with an older store. */
  get guard(): string {
    return join(this.path, 'last-checkpoint')
  }
  /** C2SP tlog-policy with the log's key and, on wish, witnesses. Made with the directory; witnesses are added by hand. */
  get policy(): string {
    return join(this.path, 'policy')
  }
  /** Files as fetched, and what is known of each address. */
  get fetched(): string {
    return join(this.path, 'fetched')
  }
  /** Addresses to fetch, one a line. */
  get addresses(): string {
    return join(this.path, 'addresses')
  }

  /** What is here; null where no watch is. */
  async read(): Promise<WatchFile | null> {
    const text = await readIfThere(this.file)
    return text === null ? null : (JSON.parse(text) as WatchFile)
  }

  /** Makes the directory a watch. The policy first: an interrupted start can be repeated. */
  async create(origin: string, policy: string): Promise<void> {
    await writeDurably(this.policy, policy)
    await writeDurably(this.file, `${JSON.stringify({ v: 1, origin }, null, 2)}\n`)
  }

  policyText(): Promise<string | null> {
    return readIfThere(this.policy)
  }
}
