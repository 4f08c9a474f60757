// Another time; testing/simulator/src/attacks/catalogue/time.ts.

import { testGroup } from './play.ts'

testGroup('time')
