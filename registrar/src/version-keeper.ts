/** Which versions of the trie readers may still look at; the rest is released, so that memory is used again. */

import { KEPT_CHECKPOINTS } from '@cadastre/store-port'
import type { Version } from '@cadastre/trie'

/** Readers in other threads hear of a publication a little later; this many more are kept for them. */
const SLACK = 8

type Kept = { readonly version: Version; readonly size: number; published: boolean }

export class VersionKeeper {
  readonly #release: (version: Version) => void
  #kept: Kept[] = []

  constructor(release: (version: Version) => void) {
    this.#release = release
  }

  /** How many versions are held. */
  get count(): number {
    return this.#kept.length
  }

  committed(version: Version, size: number): void {
    this.#kept.push({ version, size, published: false })
  }

  /** Older versions that were passed over are released; published ones are kept for `?size=`. */
  published(version: Version, size: number): void {
    for (const kept of this.#kept) if (kept.version.id === version.id) kept.published = true
    this.#keepOnly((kept) => kept.published || kept.size >= size)
    const published = this.#kept.filter((kept) => kept.published)
    const oldest = new Set(published.slice(0, Math.max(0, published.length - KEPT_CHECKPOINTS - SLACK)))
    this.#keepOnly((kept) => !oldest.has(kept))
  }

  /** A newer version will be published in its place: while witnesses are silent, versions would pile up. */
  superseded(version: Version): void {
    this.#keepOnly((kept) => kept.published || kept.version.id !== version.id)
  }

  /** While an import runs nothing is published: only the newest version matters. */
  forgetAllBut(version: Version): void {
    this.#keepOnly((kept) => kept.published || kept.version.id === version.id)
  }

  #keepOnly(keep: (kept: Kept) => boolean): void {
    for (const kept of this.#kept) if (!keep(kept)) this.#release(kept.version)
    this.#kept = this.#kept.filter(keep)
  }
}
