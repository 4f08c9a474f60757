/** What every channel takes and gives. */

import type { ReplyClass } from './database.ts'

export type Outgoing = {
  /** The message's id: the same for each attempt. */
  readonly id: string
  readonly target: string
  readonly subject: string
  readonly text: string
  readonly entry: number | null
  /** SHA-256 of the message, hexadecimal. */
  readonly hash: string
}

export type Delivery = { readonly replyClass: ReplyClass; readonly reply: string }

/** Makes one attempt. Never rejects for what a server or a network does; only for bugs. */
export type Send = (outgoing: Outgoing) => Promise<Delivery>
