// Ignoring, delaying and preferring; testing/simulator/src/attacks/catalogue/door.ts.

import { testGroup } from './play.ts'

testGroup('door')
