/** The place where the browser says what it verified; without JavaScript, how to verify it elsewhere. */

import { html } from 'hono/html'
import { part } from './page.ts'
import type { Frame, Links } from './types.ts'
import { count, type Markup } from './words.ts'

export type Provable = {
  readonly key: string
  /** Path of the proof at the checkpoint that answered. */
  readonly proofAt: string
  /** Path of the proof at the last checkpoint. */
  readonly proof: string
}

export function provable(key: string, { proof, proofAt }: Links): Provable {
  return { key, proof, proofAt }
}

export function proofPanel(subject: Provable, { size }: Frame): Markup {
  const { key, proofAt, proof } = subject
  return part(
    'proof',
    'Proof',
    html`<a href="${proof}">Proof document</a><br><a href="/extract?q=${encodeURIComponent(key)}">Certified extract</a><br><a href="/log/checkpoint">Checkpoint</a>`,
    html`<div id="verdict" class="verdict" role="status" data-state="waiting" data-key="${key}" data-proof-at="${proofAt}" data-proof="${proof}" data-size="${size}">
<p class="headline">Not checked in this browser.</p>
<p>This answer is of the log at ${count(size)} entries and carries a <a href="${proof}">proof document</a>. With JavaScript on, this page checks it here. Without, save it and run <code>cadastre verify</code>, which needs no network.</p>
</div>
<div id="tamper" class="tamper"></div>`,
  )
}
