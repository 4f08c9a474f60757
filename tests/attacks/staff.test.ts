// Bending the rules themselves; testing/simulator/src/attacks/catalogue/staff.ts.

import { testGroup } from './play.ts'

testGroup('staff')
