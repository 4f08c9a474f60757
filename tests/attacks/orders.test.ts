// Seizure in the name of a sovereign; testing/simulator/src/attacks/catalogue/orders.ts.

import { testGroup } from './play.ts'

testGroup('orders')
