/** Every attack that is played, by the group in whose test it stands. */

import type { Attack } from './attack.ts'
import { CONSENT } from './catalogue/consent.ts'
import { DOOR } from './catalogue/door.ts'
import { FORMS } from './catalogue/forms.ts'
import { FOUNDING_ATTACKS } from './catalogue/founding.ts'
import { HISTORY } from './catalogue/history.ts'
import { KEYS } from './catalogue/keys.ts'
import { MARKS } from './catalogue/marks.ts'
import { ORDERS } from './catalogue/orders.ts'
import { PAPERS } from './catalogue/papers.ts'
import { PLACE } from './catalogue/place.ts'
import { POOL } from './catalogue/pool.ts'
import { RECEIPTS } from './catalogue/receipts.ts'
import { REGISTRIES } from './catalogue/registries.ts'
import { SERVICES } from './catalogue/services.ts'
import { STAFF } from './catalogue/staff.ts'
import { STORE } from './catalogue/store.ts'
import { TIME } from './catalogue/time.ts'
import { WINDOWS } from './catalogue/windows.ts'

export type AttackGroup = { readonly title: string; readonly attacks: readonly Attack[] }

/** By the name of the test file, `tests/attacks/<name>.test.ts`. */
export const GROUPS: Readonly<Record<string, AttackGroup>> = {
  consent: { title: 'Taking numbers without consent', attacks: CONSENT },
  keys: { title: 'Stolen keys', attacks: KEYS },
  orders: { title: 'In the name of a court', attacks: ORDERS },
  papers: { title: 'By papers', attacks: PAPERS },
  windows: { title: 'Notices, windows and pauses', attacks: WINDOWS },
  place: { title: 'In a holder’s place', attacks: PLACE },
  marks: { title: 'Marks, blocks and delays on one holder', attacks: MARKS },
  door: { title: 'At the door', attacks: DOOR },
  receipts: { title: 'Between receipt and entry', attacks: RECEIPTS },
  pool: { title: 'Free numbers', attacks: POOL },
  staff: { title: 'Terms and staff', attacks: STAFF },
  founding: { title: 'The founding', attacks: FOUNDING_ATTACKS },
  history: { title: 'Another past', attacks: HISTORY },
  forms: { title: 'A log that is none', attacks: FORMS },
  time: { title: 'Another time', attacks: TIME },
  store: { title: 'In the database', attacks: STORE },
  registries: { title: 'Witnesses, successors, other registries', attacks: REGISTRIES },
  services: { title: 'What is served', attacks: SERVICES },
}

export const CATALOGUE: readonly { readonly group: string; readonly attack: Attack }[] = Object.entries(
  GROUPS,
).flatMap(([group, { attacks }]) => attacks.map((attack) => ({ group, attack })))
