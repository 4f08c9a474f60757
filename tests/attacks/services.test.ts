// What is served; testing/simulator/src/attacks/catalogue/services.ts.

import { testGroup } from './play.ts'

testGroup('services')
