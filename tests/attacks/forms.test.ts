// A log that is none; testing/simulator/src/attacks/catalogue/forms.ts.

import { testGroup } from './play.ts'

testGroup('forms')
