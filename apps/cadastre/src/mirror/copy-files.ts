/** The mirror's own files: each is whole or absent, and durable before the checkpoint that covers it. */

import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { flushDirectory, PublicFiles, readIfThere, writeDurably } from '@cadastre/registrar'

export class CopyFiles extends PublicFiles {
  readonly #seen: string
  readonly #saved: string
  readonly #touched = new Set<string>()

  /**
   * `seen`: file of the largest checkpoint that was ever accepted, published or not; `saved`: of what is known beside the
   * records.
   */
  constructor(directory: string, seen: string, saved: string) {
    super(directory)
    this.#seen = seen
    this.#saved = saved
  }

  /** Keep one file. Its name is durable after {@link flush}. */
  async keep(path: string, bytes: Uint8Array): Promise<void> {
    await this.write(`${path}.new`, bytes)
    await this.rename(path)
    this.#touched.add(dirname(join(this.directory, path)))
  }

  protected async rename(path: string): Promise<void> {
    const file = join(this.directory, path)
    await rename(`${file}.new`, file)
  }

  /** On return everything that was kept survives a power cut. */
  async flush(): Promise<void> {
    for (const directory of this.#touched) await flushDirectory(directory)
    this.#touched.clear()
  }

  /** Remember a checkpoint before anything is built on it: whoever shows another log afterwards is convicted by it. */
  async see(note: string): Promise<void> {
    await writeDurably(this.#seen, note)
  }

  /** Keep where to go on after a restart; {@link saved} gives it. It may be lost: then everything is executed again. */
  async save(text: string): Promise<void> {
    await writeDurably(this.#saved, text)
  }

  async saved(): Promise<string | null> {
    return readIfThere(this.#saved)
  }

  async forgetSaved(): Promise<void> {
    await rm(this.#saved, { force: true })
  }

  async seen(): Promise<string | null> {
    return readIfThere(this.#seen)
  }
}
