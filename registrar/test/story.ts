/** What happened to a registry as an outsider saw it, across restarts: receipts handed out, checkpoints shown. */

import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateEd25519Signer } from '@cadastre/crypto/node'
import { readIfThere } from '@cadastre/registrar'
import {
  checkRegistry,
  openTestRegistry,
  startTestRegistry,
  TEST_ORIGIN,
  type TestIdentity,
  type TestRegistry,
  type TestRegistryOptions,
} from '@cadastre/simulator'

export class Story {
  readonly directory: string
  readonly identity: TestIdentity
  readonly #options: TestRegistryOptions
  readonly receipts: string[] = []
  readonly checkpoints: string[] = []

  private constructor(directory: string, identity: TestIdentity, options: TestRegistryOptions) {
    this.directory = directory
    this.identity = identity
    this.#options = options
  }

  get checkpointFile(): string {
    return join(this.directory, 'log', 'checkpoint')
  }
  get guardFile(): string {
    return join(this.directory, 'last-checkpoint')
  }

  /** Open, let so many requests be decided and published, and stop. */
  async act(count = 2): Promise<void> {
    const registry = await this.open()
    await this.submit(registry, count)
    await this.rest(registry)
    await registry.stop()
  }

  /** Put the store of a backup in the place of this one's: an operator's mistake. */
  async restoreStore(backup: Story): Promise<void> {
    for (const suffix of ['', '-wal', '-shm']) {
      const name = `cadastre.sqlite${suffix}`
      await rm(join(this.directory, name), { force: true })
      if (suffix !== '-shm' && existsSync(join(backup.directory, name)))
        await cp(join(backup.directory, name), join(this.directory, name))
    }
  }

  /** Remove all public files. */
  async loseFiles(): Promise<void> {
    await rm(join(this.directory, 'log'), { recursive: true })
  }

  /** Found a registry, and stop it again. */
  static async begin(options: TestRegistryOptions = {}): Promise<Story> {
    const registry = await startTestRegistry(options)
    const story = new Story(registry.directory, registry.identity, options)
    await registry.stop()
    await story.look()
    return story
  }

  /** The same registry, stopped as it is now, in a directory of its own: a backup. */
  async copy(): Promise<Story> {
    const directory = await mkdtemp(join(tmpdir(), 'cadastre-test-'))
    await cp(this.directory, directory, { recursive: true })
    const story = new Story(directory, this.identity, this.#options)
    story.receipts.push(...this.receipts)
    story.checkpoints.push(...this.checkpoints)
    return story
  }

  /** Let the log grow to `size` or one entry less, and stop. */
  async grow(size: number): Promise<void> {
    const registry = await this.open()
    const { registrar } = registry
    await this.submit(registry, Math.max(0, size - registrar.size - 10))
    await this.rest(registry)
    while (registrar.size < size - 1) {
      await this.submit(registry, 1)
      await this.rest(registry)
    }
    await registry.stop()
  }

  open(options: TestRegistryOptions = {}): Promise<TestRegistry> {
    return openTestRegistry(this.directory, this.identity, { ...this.#options, ...options })
  }

  /** See what is public now. */
  async look(): Promise<void> {
    const note = await readIfThere(this.checkpointFile)
    if (note !== null && !this.checkpoints.includes(note)) this.checkpoints.push(note)
  }

  /**
   * Submit so many requests at the same time, every second of which will be refused, and keep the receipts that come;
   * true where all came.
   */
  async submit(registry: TestRegistry, count: number): Promise<boolean> {
    const results = await Promise.all(
      Array.from({ length: count }, (_, n) => {
        if (n % 2 === 0) {
          const signer = generateEd25519Signer()
          return registry.submit(registry.identification(`Holder ${n}`, signer), [signer])
        }
        const request = registry.request('confirm/1', { holder: 'H-1' })
        return registry.submit(request, [this.identity.operator])
      }),
    )
    for (const result of results) if (result.ok) this.receipts.push(result.receipt)
    return results.every((result) => result.ok)
  }

  /** Wait until everything is published, or the registry has stopped. */
  async rest(registry: TestRegistry): Promise<void> {
    const seq = (await registry.reader.store.lastReceipt())?.seq ?? 0
    await registry.registrar.settled(seq, 20_000)
    await registry.registrar.publishedAll().catch((error: unknown) => {
      if (error !== registry.registrar.failure) throw error
    })
    await this.look()
  }

  /** Open it again, let it finish what was begun, and check everything. */
  async check(): Promise<{ readonly size: number; readonly receipts: number }> {
    const registry = await this.open()
    await this.rest(registry)
    const { logVkey, receiptVkey, logDirectory } = registry
    const { receipts, checkpoints } = this
    const checked = await checkRegistry({
      origin: TEST_ORIGIN,
      logVkey,
      receiptVkey,
      logDirectory,
      store: registry.reader.store,
      receipts,
      checkpoints,
    })
    await registry.stop()
    return checked
  }

  async end(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true })
  }
}
