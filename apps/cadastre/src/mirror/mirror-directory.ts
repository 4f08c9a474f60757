/** Where everything of a mirror lies. Its files have the names that a registry's have: so tools find them. */

import { join } from 'node:path'
import { DataDirectory } from '../data/data-directory.ts'

export class MirrorDirectory extends DataDirectory {
  /** Whose log it is, and whom to believe. */
  get mirrorFile(): string {
    return join(this.path, 'mirror.json')
  }
  /** The largest checkpoint that was ever accepted. */
  get seenCheckpoint(): string {
    return join(this.path, 'seen-checkpoint')
  }
  /** What execution knows beside the records, at the published position; may be deleted. */
  get savedState(): string {
    return join(this.path, 'saved-state.json')
  }
  /** The same document as at `/.well-known/`, for whoever has the folder alone. */
  get besideFiles(): string {
    return join(this.log, 'cadastre.json')
  }
  /** Files that convict the log. */
  get evidence(): string {
    return join(this.path, 'evidence')
  }
  /** What was handed in at this door. */
  get doorBook(): string {
    return join(this.path, 'requests')
  }
  get notices(): string {
    return join(this.path, 'notices.sqlite')
  }
}
