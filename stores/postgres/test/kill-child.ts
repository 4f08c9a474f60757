/** The program that the crash tests kill: `node kill-child.ts <schema>`; the server's URL is in the environment. */

import { writeUntilKilled } from '../../port/test/battery-crash.ts'
import { openPostgresWriter } from '../src/index.ts'

export const KILL_CHILD: string = import.meta.filename

if (import.meta.main) {
  const url = process.env['CADASTRE_TEST_POSTGRES'] ?? ''
  await writeUntilKilled(await openPostgresWriter(url, { schema: process.argv[2] ?? '' }))
}
