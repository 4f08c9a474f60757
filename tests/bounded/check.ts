// node tests/bounded/check.ts [--minutes M] [--profile community|national] [--depth N]
// The bounded model check: as much of the small world as M minutes of processor time allow. Ends with status 1 and the
// shortest history as lines of JSON where a check finds something.

import { parseArgs } from 'node:util'
import type { Profile } from '@cadastre/records'
import { runStages } from './stages.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    profile: { type: 'string' },
    depth: { type: 'string', default: '6' },
  },
})
const PROFILES = ['community', 'national'] as const
const profiles: readonly Profile[] = PROFILES.filter(
  (one) => values.profile === undefined || values.profile === one,
)
const [minutes, depth] = [Number(values.minutes), Number(values.depth)]
if (!(minutes > 0) || !Number.isSafeInteger(depth) || profiles.length === 0) {
  console.error('--minutes is a number, --depth a whole number, --profile community or national')
  process.exit(2)
}
for (const profile of profiles) {
  const seconds = (minutes * 60) / profiles.length
  const { found } = runStages(profile, { seconds, depth, print: (line) => console.log(line) })
  if (found !== null) process.exitCode = 1
}
