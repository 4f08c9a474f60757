/** Breaking one write step of a registry: a statement of the store, a file, the guard. */

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CheckpointGuard, PublicFiles } from '@cadastre/registrar'
import type { TestRegistryOptions } from '@cadastre/simulator'

export class InjectedFault extends Error {
  override readonly name: string = 'InjectedFault'
}

/** `failed`: nothing was written; `persisted`: it failed, and was written all the same; `torn`: half a file was. */
export type Mode = 'failed' | 'persisted' | 'torn'
export const MODES: readonly Mode[] = ['failed', 'persisted', 'torn']

/** Breaks the `n`-th write step from the moment it is armed. */
export class Sabotage {
  readonly #n: number
  readonly #mode: Mode
  #seen = 0
  armed = false
  /** The step that broke. */
  broken: string | null = null

  constructor(n: number, mode: Mode) {
    this.#n = n
    this.#mode = mode
  }

  #hits(step: string): boolean {
    if (!this.armed || this.broken !== null || this.#seen++ < this.#n) return false
    this.broken = step
    return true
  }

  statement(sql: string, when: 'before' | 'after'): void {
    if (this.#mode === 'torn' || when !== (this.#mode === 'failed' ? 'before' : 'after')) return
    if (this.#hits(sql)) throw new InjectedFault(sql)
  }

  async write<T>(step: string, whole: () => Promise<T>, half?: () => Promise<void>): Promise<T> {
    if (this.#mode === 'torn' && half === undefined) return whole()
    if (!this.#hits(step)) return whole()
    if (this.#mode === 'persisted') await whole()
    if (this.#mode === 'torn') await half?.()
    throw new InjectedFault(step)
  }

  /** What to open a registry with, so that this breaks it. */
  get options(): TestRegistryOptions {
    return {
      onStatement: (sql, when) => this.statement(sql, when),
      files: (directory) => new SabotagedFiles(directory, this),
      guard: (guard) => this.#guard(guard),
      report: () => undefined,
    }
  }

  #guard(guard: CheckpointGuard): CheckpointGuard {
    return {
      last: () => guard.last(),
      keep: (note) => this.write('guard', () => guard.keep(note)),
    }
  }
}

class SabotagedFiles extends PublicFiles {
  readonly #sabotage: Sabotage

  constructor(directory: string, sabotage: Sabotage) {
    super(directory)
    this.#sabotage = sabotage
  }

  protected override async write(path: string, bytes: Uint8Array): Promise<string> {
    const half = async (): Promise<void> => {
      await super.write(path, bytes)
      await writeFile(join(this.directory, path), bytes.subarray(0, bytes.length >> 1))
    }
    return this.#sabotage.write(path, () => super.write(path, bytes), half)
  }

  override async grow(...growth: Parameters<PublicFiles['grow']>): Promise<void> {
    await super.grow(...growth)
    // As if flushing the directories had failed, or the process had ended just after it.
    await this.#sabotage.write('flush of directories', () => Promise.resolve())
  }

  override async checkpoint(note: string): Promise<void> {
    // What writing the new file beside the old one leaves when it is cut short.
    const half = (): Promise<void> =>
      writeFile(join(this.directory, 'checkpoint.new'), note.slice(0, note.length >> 1))
    await this.#sabotage.write('checkpoint', () => super.checkpoint(note), half)
  }

  override async dropPartials(from: number, to: number): Promise<void> {
    await this.#sabotage.write('partial tiles', () => super.dropPartials(from, to))
  }
}
