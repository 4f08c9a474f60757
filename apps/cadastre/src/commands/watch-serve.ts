/** `watch serve`: the faces of the watched world. */

import { join } from 'node:path'
import { serveWatch } from '@cadastre/watch/serve'
import { webhookKeyIn } from '../data/notifier.ts'
import type { Settings } from '../data/settings.ts'
import { readNoticesSettings } from '../server/notices.ts'
import { VERSION } from '../version.ts'
import { interruption } from './interruption.ts'
import { bold, CommandError, createProgress, type Output } from './output.ts'
import { watchDirectory } from './watch-ingest.ts'

export async function watchServe(
  settings: Settings,
  options: { readonly directory?: string },
  output: Output,
): Promise<number> {
  const bar = createProgress('reading the log')
  const { path } = watchDirectory(settings, options)
  const { smtpUrl, from } = readNoticesSettings(process.env)
  const webhookSigner = await webhookKeyIn(join(path, 'keys'))
  const running = await serveWatch({
    directory: path,
    host: settings.host,
    port: settings.port,
    whoisPort: settings.whoisPort,
    publicUrl: settings.publicUrl,
    version: VERSION,
    notices: { database: join(path, 'notices.sqlite'), smtpUrl, from, webhookSigner },
    progress: (entries, size) => bar.update(entries, size),
    failed: (error) =>
      output.note(`a question met a bug: ${error instanceof Error ? error.stack : String(error)}`),
  })
    .catch((error: unknown) => {
      throw portError(error, settings)
    })
    .finally(() => bar.end())
  const info = running.info()
  output.result(
    { http: running.url, whoisPort: running.whoisPort, origin: info.origin, size: info.size },
    [
      `${bold('Watch')} ${info.origin}, ${info.size} log entries. What is taken in meanwhile is served within seconds.`,
      `  pages    ${running.url}/`,
      `  RDAP     ${running.url}/rdap/help`,
      `  WHOIS    ${settings.host} port ${running.whoisPort}`,
      `  a past day: add ?at=2025-07-16 to any question`,
      'Press Ctrl+C to stop.',
    ].join('\n'),
  )
  output.note(`${await interruption()}: closing …`)
  await running.close()
  return 0
}

function portError(error: unknown, { port, whoisPort }: Settings): Error {
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'EADDRINUSE')
    return new CommandError(
      `Port ${port} or ${whoisPort} is in use by another program. Set PORT and WHOIS_PORT to free ones, or stop that program.`,
    )
  return error instanceof Error ? error : new Error(String(error))
}
