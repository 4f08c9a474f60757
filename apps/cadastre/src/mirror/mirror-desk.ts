/** A mirror decides nothing: whoever submits is told where the registry's desk and this mirror's door are. */

import type { Desk, Problem } from '@cadastre/registrar'

export class MirrorDesk implements Desk {
  readonly #problem: Problem

  /** `door`: where a request may be handed in here; null where this mirror is no door. */
  constructor(name: string, door: string | null) {
    const other =
      door === null
        ? ''
        : ` Where its own desk is shut, hand the request in here: POST ${door}, and keep the note.`
    this.#problem = { code: 'closed', detail: `This is a mirror; only ${name} itself decides.${other}` }
  }

  submit(): Promise<{ readonly ok: false; readonly problem: Problem }> {
    return Promise.resolve({ ok: false, problem: this.#problem })
  }
  dryRun(): Promise<{ readonly ok: false; readonly problem: Problem }> {
    return Promise.resolve({ ok: false, problem: this.#problem })
  }
  settled(): Promise<void> {
    return Promise.resolve()
  }
}
