// Keys that were stolen; testing/simulator/src/attacks/catalogue/keys.ts.

import { testGroup } from './play.ts'

testGroup('keys')
