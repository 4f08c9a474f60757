// Marks, blocks and delays on one holder; testing/simulator/src/attacks/catalogue/marks.ts.

import { testGroup } from './play.ts'

testGroup('marks')
