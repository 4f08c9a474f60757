// Taking over somebody's place by papers and silence; testing/simulator/src/attacks/catalogue/papers.ts.

import { testGroup } from './play.ts'

testGroup('papers')
