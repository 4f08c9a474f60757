/** Every attack that is played, by the group in whose test it stands. */

import type { Attack } from './attack.ts'
import { CONSENT } from './catalogue/consent.ts'
import { DOOR } from './catalogue/door.ts'
import { FOUNDING_ATTACKS } from './catalogue/founding.ts'
import { HISTORY } from './catalogue/history.ts'
import { KEYS } from './catalogue/keys.ts'
import { MARKS } from './catalogue/marks.ts'
import { ORDERS } from './catalogue/orders.ts'
import { PAPERS } from './catalogue/papers.ts'
import { POOL } from './catalogue/pool.ts'
import { REGISTRIES } from './catalogue/registries.ts'
import { SERVICES } from './catalogue/services.ts'
import { STAFF } from './catalogue/staff.ts'
import { STORE } from './catalogue/store.ts'

export const GROUPS: Readonly<Record<string, readonly Attack[]>> = {
  consent: CONSENT,
  orders: ORDERS,
  door: DOOR,
  history: HISTORY,
  keys: KEYS,
  marks: MARKS,
  papers: PAPERS,
  pool: POOL,
  founding: FOUNDING_ATTACKS,
  registries: REGISTRIES,
  services: SERVICES,
  staff: STAFF,
  store: STORE,
}

export const CATALOGUE: readonly { readonly group: string; readonly attack: Attack }[] = Object.entries(
  GROUPS,
).flatMap(([group, attacks]) => attacks.map((attack) => ({ group, attack })))
