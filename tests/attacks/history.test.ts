// Another past, or another time; testing/simulator/src/attacks/catalogue/history.ts.

import { testGroup } from './play.ts'

testGroup('history')
