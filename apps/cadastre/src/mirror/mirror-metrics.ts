/** What an operator of a mirror watches. No label names a holder or a resource. */

import { secondsOf } from '@cadastre/records'
import { Gauge, type Registry } from 'prom-client'
import type { Follower } from './follower.ts'

export function mirrorMetrics(registry: Registry, follower: () => Follower | null): void {
  const registers = [registry]
  new Gauge({
    name: 'cadastre_mirror_fault',
    help: '1 where the log is at fault and nothing after the last good position is published',
    registers,
    collect() {
      this.set((follower()?.fault ?? null) === null ? 0 : 1)
    },
  })
  new Gauge({
    name: 'cadastre_mirror_compared_timestamp_seconds',
    help: 'When a source last showed nothing but what is held; 0 where none has since the start',
    registers,
    collect() {
      const checked = follower()?.checked ?? null
      this.set(checked === null ? 0 : secondsOf(checked))
    },
  })
  new Gauge({
    name: 'cadastre_mirror_source_size',
    help: 'Entries in the log as each source showed it last; 0 where it could not be read or believed',
    labelNames: ['source'],
    registers,
    collect() {
      for (const { name, size } of follower()?.sources ?? []) this.set({ source: name }, size ?? 0)
    },
  })
}
