/** The program that the crash tests kill: `node kill-child.ts <path of the store>`. */

import { writeUntilKilled } from '../../port/test/battery-crash.ts'
import { openSqliteWriter } from '../src/index.ts'

export const KILL_CHILD: string = import.meta.filename

if (import.meta.main) await writeUntilKilled(await openSqliteWriter(process.argv[2] ?? ''))
