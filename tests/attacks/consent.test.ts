// Taking numbers or services without their holder's consent; testing/simulator/src/attacks/catalogue/consent.ts.

import { testGroup } from './play.ts'

testGroup('consent')
