// In a holder's place; testing/simulator/src/attacks/catalogue/place.ts.

import { testGroup } from './play.ts'

testGroup('place')
