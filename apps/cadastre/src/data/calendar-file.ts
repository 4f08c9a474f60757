/** The calendar of business days that founders give: a JSON file, as `docs/procedures/README.md` describes it. */

import { readFile } from 'node:fs/promises'
import { type Calendar, calendar, isCalendar, type Json } from '@cadastre/records'

/** Throws with what is wrong with the file. */
export async function readCalendar(path: string): Promise<Calendar> {
  const read = calendar.read(JSON.parse(await readFile(path, 'utf8')) as Json, '')
  if (!read.ok)
    throw new Error(`${read.error.pointer} is ${read.error.value}; expected ${read.error.expected}.`)
  if (!isCalendar(read.value))
    throw new Error(
      'its lists must ascend, its holidays lie in its years (40 at most), and any 28 successive days have ten business days.',
    )
  return read.value
}
