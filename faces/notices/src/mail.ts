/** Mail by SMTP (RFC 5321): one message to one address, and the class of the server's reply. */

import { createTransport, type NodemailerError } from 'nodemailer'
import type { Delivery, Outgoing, Send } from './delivery.ts'

export type MailOptions = {
  /** `smtp://user:password@host:port` or `smtps://…`. */
  readonly url: string
  /** Address that mail comes from. */
  readonly from: string
  /** What Message-IDs end in: the host part of the log's origin. */
  readonly host: string
  readonly timeoutMilliseconds?: number
}

const TIMEOUT_MILLISECONDS = 20_000

/** One address and nothing that a mail header could take for more; RFC 5321 section 4.5.3.1.3 gives the length. */
export function isMailAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/.test(text)
}

function isNodemailerError(error: unknown): error is NodemailerError {
  return error instanceof Error && 'code' in error
}

function deliveryOf(error: unknown): Delivery {
  if (!isNodemailerError(error)) throw error
  const { responseCode, response, code } = error
  const reply = response ?? code ?? error.message
  if (responseCode === undefined) return { replyClass: 'unreachable', reply }
  // RFC 5321 section 4.2.1: 4yz is worth another try, 5yz is not. A login that fails is ours to mend, not the reader's.
  const permanent = responseCode >= 500 && code !== 'EAUTH'
  return { replyClass: permanent ? 'permanent' : 'temporary', reply }
}

/** The Message-ID says which notice of which entry it is: the same one again can be seen to be the same. */
export function smtpSender(options: MailOptions): Send {
  const timeout = options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS
  const transport = createTransport({
    url: options.url,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return async ({ id, target, subject, text }: Outgoing): Promise<Delivery> => {
    if (!isMailAddress(target)) return { replyClass: 'no-address', reply: '' }
    try {
      const { response } = await transport.sendMail({
        from: options.from,
        to: { name: '', address: target },
        subject,
        text,
        messageId: `<${id}@${options.host}>`,
        // RFC 3834 section 5: no out-of-office replies.
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
      return { replyClass: 'delivered', reply: response }
    } catch (error) {
      return deliveryOf(error)
    }
  }
}
