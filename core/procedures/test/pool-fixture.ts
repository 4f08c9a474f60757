/** A pool and holders who may ask for numbers out of it. */

import assert from 'node:assert/strict'
import { parseRange } from '@cadastre/numbers'
import type { JsonObject, Profile, RecordKey } from '@cadastre/records'
import { PROFILES } from '../src/profiles.ts'
import { World } from './world.ts'

export type PoolWish = { readonly handle?: string; readonly range: string; readonly open?: boolean }

function pool(here: World, { handle = 'P-1', range: text, open = false }: PoolWish): void {
  const parsed = parseRange(text)
  assert.ok(parsed.ok)
  const { space } = parsed.value
  const { first, last } = here.register(`R-${handle}`, text, {
    kind: 'pool',
    holder: null,
    status: 'available',
    provenance: handle,
  })
  const record = {
    v: 1,
    handle,
    space,
    first,
    last,
    open,
    cursors: {},
    queues: {},
    exhausted: [],
    serve: null,
    since: 0,
  }
  here.put(`obj/pool/${handle}` as RecordKey, record)
}
function identified(here: World, handle: string): void {
  here.holder(handle)
  const key = `obj/holder/${handle}` as RecordKey
  here.put(key, { ...(here.state.get(key) as JsonObject), identity: `KEY-${handle}` })
  const granted = { ip4: 0, ip6: 0, asn: 0 }
  here.put(`obj/identity/KEY-${handle}` as RecordKey, {
    v: 1,
    holder: handle,
    register: null,
    granted,
    since: 1,
  })
}
/** Three holders with identities, and a pool; `more`: other parameters of `allocate`. */
export function poolWorld(profile: Profile, wish: PoolWish, more: JsonObject = {}): World {
  const parameters = PROFILES[profile]
  const made = new World({
    'allocate/1': { ...parameters['allocate/1'], ...more },
    'return/1': parameters['return/1'] ?? {},
  })
  for (const handle of ['H-1', 'H-2', 'H-3']) identified(made, handle)
  pool(made, wish)
  return made
}
