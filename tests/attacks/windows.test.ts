// Windows in which somebody may veto; testing/simulator/src/attacks/catalogue/windows.ts.

import { testGroup } from './play.ts'

testGroup('windows')
