// Between the receipt and the entry; testing/simulator/src/attacks/catalogue/receipts.ts.

import { testGroup } from './play.ts'

testGroup('receipts')
