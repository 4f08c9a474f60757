/** Routes in short: most go in at the front door and are stopped, or are written into a log and convicted. */

import type { AuditFaultCode } from '@cadastre/audit'
import { convicted, onlyVisible, prevented, type Route, shownIn, stoppedBy } from './attack.ts'
import { convictLog } from './convict.ts'
import { HostileLog } from './hostile-log.ts'
import type { AttackWorld } from './world.ts'

type In = Partial<Pick<Route, 'world' | 'by' | 'changes'>>

/** `ask` gives what stopped the attack; null where nothing did. */
export function stopped(
  by: string,
  ask: (world: AttackWorld) => Promise<string | null>,
  more: In = {},
): Route {
  return {
    by: 'front door',
    claim: prevented(by),
    ...more,
    play: async (world) => stoppedBy(await ask(world)),
  }
}

/** Written into a log that goes on from the real one; a batch left open is ended. */
export function written(
  fault: AuditFaultCode,
  evidence: string,
  write: (log: HostileLog, world: AttackWorld) => void | Promise<void>,
  more: In = {},
): Route {
  return {
    by: 'own log',
    claim: convicted(fault, evidence),
    ...more,
    play: async (world) => {
      const log = await HostileLog.of(world.registry)
      await write(log, world)
      if (log.isOpen) log.commit()
      return convictLog(world, log, fault)
    },
  }
}

/** Nothing stops it and nothing convicts it; `look` says whether it can be seen at that public place. */
export function visible(where: string, look: (world: AttackWorld) => Promise<boolean>, more: In = {}): Route {
  return {
    by: 'front door',
    claim: onlyVisible(where),
    ...more,
    play: async (world) => shownIn(where, await look(world)),
  }
}
