// Free numbers kept for friends, or given out of turn; testing/simulator/src/attacks/catalogue/pool.ts.

import { testGroup } from './play.ts'

testGroup('pool')
