/** A log in which most things happen: allocations, services, refusals, an act that cools and takes effect. */

import type { Json, RecordKey } from '@cadastre/records'
import { alice, allocate, bob, foundedLog, type LogMaker } from './log-maker.ts'

/** Set H-4's preset cooling; lowering it waits seven days (`guardSeconds` of update-holder). */
export function presetCooling(log: LogMaker, coolingSeconds: number | null): RecordKey {
  const current = log.record('obj/holder/H-4')['coolingSeconds'] as Json
  const replaced = {
    member: 'obj/holder/H-4#coolingSeconds',
    hash: current === null ? null : log.hashOf(current),
  }
  const body = { change: 'cooling', holder: 'H-4', coolingSeconds }
  const index = log.size
  log.act(log.request('update-holder/1', body, [replaced]), [alice])
  return `obj/application/A-${index}` as RecordKey
}

export const WEEK_SECONDS: number = 7 * 86400

/** Entries 0 to 5 as in {@link foundedLog}; 6 Alice's allocation at 198.51.100.0/26. */
export function busyLog(): LogMaker {
  const log = foundedLog()
  allocate(log, 'H-4', alice)
  allocate(log, 'H-5', bob)
  allocate(log, 'H-4', bob)
  log.commit()
  log.advance(1)
  presetCooling(log, 3600)
  log.commit()
  log.advance(1)
  const application = presetCooling(log, 60)
  log.commit()
  log.advance(WEEK_SECONDS)
  log.due('update-holder/1', application)
  allocate(log, 'H-5', bob, 28)
  log.commit()
  log.advance(5)
  allocate(log, 'H-5', alice, 28)
  log.commit()
  return log
}
