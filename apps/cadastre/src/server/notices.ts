/** Notices beside the faces, where the environment names a mail server; without one nothing is followed or kept. */

import { join } from 'node:path'
import type { Signer } from '@cadastre/crypto'
import { type Notices, startNotices } from '@cadastre/notices'
import type { RegistryReader } from '@cadastre/reader'
import type { Logger } from 'pino'
import type { DataDirectory } from '../data/data-directory.ts'
import { createKey, listKeys, loadKey } from '../data/key-files.ts'

export type NoticesSettings = {
  readonly smtpUrl: string
  /** Address that mail comes from; null = `notices@` and the host of the log's origin. */
  readonly from: string | null
}

/** Thrown on a setting that cannot be used. The address of the mail server may hold a password: it is not repeated. */
class NoticesSettingsError extends Error {
  override readonly name: string = 'NoticesSettingsError'
}

/** `CADASTRE_SMTP` and `CADASTRE_MAIL_FROM`; null where no mail server is named. */
export function readNoticesSettings(environment: NodeJS.ProcessEnv): NoticesSettings | null {
  const smtpUrl = environment['CADASTRE_SMTP'] ?? ''
  if (smtpUrl === '') return null
  if (!URL.canParse(smtpUrl) || !/^smtps?:\/\/./.test(smtpUrl))
    throw new NoticesSettingsError(
      'CADASTRE_SMTP must be an address such as smtp://mail.example:25 or smtps://….',
    )
  const from = environment['CADASTRE_MAIL_FROM'] ?? ''
  return { smtpUrl, from: from === '' ? null : from }
}

const WEBHOOK_KEY = 'webhooks'

async function webhookKey({ keys }: DataDirectory, passphrase: string | null): Promise<Signer> {
  const there = (await listKeys(keys)).some(({ name }) => name === WEBHOOK_KEY)
  return there
    ? loadKey(keys, WEBHOOK_KEY, () => Promise.resolve(passphrase))
    : createKey(keys, WEBHOOK_KEY, passphrase)
}

/** Starts the notices of a registry that is published; the log hears of messages by id, never of an address. */
export async function serveNotices(
  settings: NoticesSettings,
  reader: RegistryReader,
  directory: DataDirectory,
  logger: Logger,
): Promise<Notices> {
  const webhookSigner = await webhookKey(directory, process.env['CADASTRE_PASSPHRASE'] ?? null)
  return startNotices(reader, {
    ...settings,
    database: join(directory.path, 'notices.sqlite'),
    webhookSigner,
    now: Date.now,
    attempted: (message, replyClass) => logger.info({ message, replyClass }, 'a notice was attempted'),
    failed: (error) => logger.error({ err: error }, 'a round of notices met a bug'),
  })
}
