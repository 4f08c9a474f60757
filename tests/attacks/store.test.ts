// Past the software, in the database itself; testing/simulator/src/attacks/catalogue/store.ts.

import { testGroup } from './play.ts'

testGroup('store')
