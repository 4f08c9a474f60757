// Every deliberate fault.

import type { Fault } from './fault.ts'
import { OF_HOLDERS } from './of-holders.ts'
import { OF_NUMBERS } from './of-numbers.ts'
import { OF_LAW, OF_REGISTRY } from './of-registry.ts'

export type { Fault } from './fault.ts'
export const FAULTS: readonly Fault[] = [...OF_NUMBERS, ...OF_HOLDERS, ...OF_LAW, ...OF_REGISTRY]
