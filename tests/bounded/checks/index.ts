// Every check of the bounded model check, with the invariant that it is of.

import type { Check } from '@cadastre/simulator/bounded'
import { numbersLost } from './grounds.ts'
import { actsBlocked, controlLost } from './holders.ts'
import { onePlace, poolGrowth, rightNumbers, rightReceiver, servicesFollow } from './numbers.ts'
import {
  attestorsBlind,
  factsHold,
  registersStay,
  registryChanges,
  staffStays,
  termsStay,
  witnessesStay,
  writesOnly,
} from './registry.ts'
import { whoSigned } from './who-signed.ts'
import { nothingBars, pausedForAll, waysEnd, windowsRun } from './windows.ts'

export const CHECKS: readonly Check[] = [
  numbersLost,
  controlLost,
  actsBlocked,
  servicesFollow,
  onePlace,
  windowsRun,
  termsStay,
  registryChanges,
  pausedForAll,
  poolGrowth,
  rightReceiver,
  rightNumbers,
  nothingBars,
  whoSigned,
  waysEnd,
  staffStays,
  witnessesStay,
  registersStay,
  attestorsBlind,
  writesOnly,
  factsHold,
]
