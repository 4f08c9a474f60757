// The beginning; testing/simulator/src/attacks/catalogue/founding.ts.

import { testGroup } from './play.ts'

testGroup('founding')
