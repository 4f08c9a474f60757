/** `rebuild`: every projection anew from the log, compared with what is stored. */

import { missingOpenings } from '@cadastre/store-port'
import { DataDirectory } from '../data/data-directory.ts'
import type { Settings } from '../data/settings.ts'
import { openWriter } from '../writer/open-registrar.ts'
import { CommandError, createProgress, EXIT, type Output } from './output.ts'

/**
 * The exit code: 0 where everything was equal byte for byte and every commitment can be opened, 1 where something had
 * to be written anew, or is gone.
 */
export async function rebuild(settings: Settings, output: Output): Promise<number> {
  const directory = new DataDirectory(settings.data)
  if ((await directory.registry()) === null)
    throw new CommandError(`There is no registry in ${settings.data}.`)
  const store = await openWriter(directory, settings.databaseUrl)
  const bar = createProgress('reading the log')
  try {
    const total = (await store.head())?.size ?? 0
    const report = await store.rebuild((entries) => bar.update(entries, total))
    bar.end()
    const missing = await missingOpenings(store)
    const equal = report.differences.length === 0
    const lines = [`${report.entries} entries read, ${report.records} records recreated.`]
    if (equal) lines.push('Every projection was equal to what the log says, byte for byte.')
    for (const { table, key } of report.differences)
      lines.push(`differed, and was written anew: ${table} ${key}`)
    for (const { key, commitment } of missing)
      lines.push(`integrity fault: ${key}: nothing opens ${commitment}, and no erase op took it away`)
    output.result({ ...report, missingOpenings: missing }, lines.join('\n'))
    return equal && missing.length === 0 ? EXIT.ok : EXIT.no
  } finally {
    bar.end()
    await store.close()
  }
}
