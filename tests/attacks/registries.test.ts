// Other registries, successors and witnesses; testing/simulator/src/attacks/catalogue/registries.ts.

import { testGroup } from './play.ts'

testGroup('registries')
