/**
 * Notices beside the faces: by mail where the environment names a mail server, by webhook, and without either in
 * public. Their attempts go into the log as requests of the notifier, at the same desk as everybody's.
 */

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { encodeBase64, type Signer } from '@cadastre/crypto'
import { type NoticeLog, type Notices, startNotices } from '@cadastre/notices'
import { RECORD_NOTICE_ID } from '@cadastre/procedures'
import type { RegistryReader } from '@cadastre/reader'
import { addSeconds, type Request, type Staff } from '@cadastre/records'
import type { Desk } from '@cadastre/registrar'
import { evidenceText, requestText, signRequest } from '@cadastre/signatures'
import type { Logger } from 'pino'
import type { DataDirectory } from '../data/data-directory.ts'
import { NOTIFIER, notifierKey, webhookKey } from '../data/notifier.ts'
import { systemNow } from '../data/system-now.ts'

export type NoticesSettings = {
  /** Null: no mail can be sent. */
  readonly smtpUrl: string | null
  /** Address that mail comes from; null = `notices@` and the host of the log's origin. */
  readonly from: string | null
}

/** Thrown on a setting that cannot be used. The address of the mail server may hold a password: it is not repeated. */
class NoticesSettingsError extends Error {
  override readonly name: string = 'NoticesSettingsError'
}

/** `CADASTRE_SMTP` and `CADASTRE_MAIL_FROM`. */
export function readNoticesSettings(environment: NodeJS.ProcessEnv): NoticesSettings {
  const smtpUrl = environment['CADASTRE_SMTP'] ?? ''
  const from = environment['CADASTRE_MAIL_FROM'] ?? ''
  if (smtpUrl !== '' && (!URL.canParse(smtpUrl) || !/^smtps?:\/\/./.test(smtpUrl)))
    throw new NoticesSettingsError(
      'CADASTRE_SMTP must be an address such as smtp://mail.example:25 or smtps://….',
    )
  return { smtpUrl: smtpUrl === '' ? null : smtpUrl, from: from === '' ? null : from }
}

/** A batch is handed in at once; a day covers a registry that stands still. */
const EXPIRY_SECONDS = 86_400

/** The notifier's way into the log. */
function noticeLog(
  reader: RegistryReader,
  desk: Pick<Desk, 'submit'>,
  key: Signer,
  logger: Logger,
): NoticeLog {
  const known = (): boolean => {
    const staff = reader.snapshot().object('staff', NOTIFIER) as Staff | null
    return staff?.key === encodeBase64(key.publicKey)
  }
  if (!known())
    logger.warn(
      `The registry knows no member of staff ${NOTIFIER} with this key: no attempt is logged, and no window begins.`,
    )
  return {
    staff: NOTIFIER,
    sign: (body) => {
      if (!known()) return null
      const request: Request = {
        v: 1,
        origin: reader.info.origin,
        procedure: RECORD_NOTICE_ID,
        body,
        replaces: [],
        expires: addSeconds(systemNow(), EXPIRY_SECONDS),
        nonce: encodeBase64(randomBytes(16)),
      }
      const text = requestText(request)
      return { request: text, evidence: evidenceText([signRequest(text, key)]) }
    },
    submit: async (request, evidence) => {
      const result = await desk.submit({ request, evidence, openings: [] })
      if (result.ok) return 'taken'
      if (result.problem.code === 'closed') return 'later'
      logger.warn({ problem: result.problem.code }, 'attempts were not taken into the log')
      return 'unfit'
    },
  }
}

/** Starts the notices of a registry that is published; the program's own log hears of messages by id alone. */
export async function serveNotices(
  settings: NoticesSettings,
  reader: RegistryReader,
  desk: Pick<Desk, 'submit'>,
  directory: DataDirectory,
  logger: Logger,
): Promise<Notices> {
  return startNotices(reader, {
    ...settings,
    database: join(directory.path, 'notices.sqlite'),
    webhookSigner: await webhookKey(directory),
    log: noticeLog(reader, desk, await notifierKey(directory), logger),
    now: Date.now,
    attempted: (message, replyClass) => logger.info({ message, replyClass }, 'a notice was attempted'),
    failed: (error) => logger.error({ err: error }, 'a round of notices met a bug'),
  })
}
