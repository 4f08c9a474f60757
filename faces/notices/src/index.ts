/**
 * Notices: who is touched by a published entry is told, by mail or signed webhook. The room reads what everyone can
 * read, keeps its own database beside it, and can change nothing in the registry; without it every act is the same.
 *
 * `templates` and `render` are pure (entry to text), `touched` says whom an entry concerns, `follower` keeps what is
 * to be sent, `sender` sends it and keeps each attempt, `mail` and `webhook` own the sockets.
 */

export type { Attempt, Channel, Message, MessageState, ReplyClass, Subscription } from './database.ts'
export { NOTHING_FOLLOWED, NoticesDatabase } from './database.ts'
export type { Delivery, Outgoing, Send } from './delivery.ts'
export { Follower, messageHash } from './follower.ts'
export { type MailOptions, smtpSender } from './mail.ts'
export { type Notices, type NoticesOptions, startNotices } from './notices.ts'
export { isPublicAddress } from './public-address.ts'
export { type NoticeLog, Recorder } from './recorder.ts'
export { type Notice, type NoticeInput, type Reason, render } from './render.ts'
export { RETRY_SECONDS, Sender, type SenderOptions } from './sender.ts'
export { type SubscriptionRefusal, type SubscriptionSubject, Subscriptions } from './subscriptions.ts'
export { hasTemplate, isSilent, kindOf, templateOf } from './templates.ts'
export { type Touched, touchedBy } from './touched.ts'
export { isWebhookAddress, signedContent, type WebhookOptions, webhookSender } from './webhook.ts'
