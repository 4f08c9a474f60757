/** Registrations as RPSL: inetnum, inet6num, as-block, aut-num. */

import { type Block, equalBlock, formatPrefix, rangeToBlock } from '@cadastre/numbers'
import { isChild, type Registration, type RegistrationKind, registrationRange } from '@cadastre/records'
import { standingOn } from '../concerns.ts'
import type { ServedRecord } from '../record.ts'
import { moveSays } from '../words.ts'
import { given, line, oneLine, remark, type WantedAttribute, type WantedObject } from './wanted.ts'

const KINDS: { readonly [K in RegistrationKind]: string } = {
  pool: 'pool that this registry allocates from',
  holding: 'holding',
  sub: 'sub-delegation by the holder of the covering range',
  lease: 'lease by the holder of the covering range',
  reserved: 'reserved',
  quarantined: 'returned, in quarantine',
  'moved-out': 'moved to another registry',
}

/** Whether somebody uses the numbers. */
export function isUsed({ kind }: Registration): boolean {
  return kind === 'holding' || isChild(kind)
}

/** The object of a registration that was met in a cell: of one number in use, its aut-num. */
export function registrationObject(
  record: ServedRecord,
  registration: Registration,
  cell: Block,
  source: string,
  page: PageOf,
): WantedObject {
  const { id, first, last } = registration
  switch (cell.space) {
    case 'ip4':
      return made(
        [line('inetnum', `${first} - ${last}`), line('netname', id)],
        record,
        registration,
        source,
        page,
      )
    case 'ip6': {
      const whole = rangeToBlock(registrationRange(registration, 'ip6'))
      const part = whole !== null && equalBlock(whole, cell) ? [] : [`part of ${first} - ${last}`]
      const key = [line('inet6num', formatPrefix(cell)), line('netname', id)]
      return made(key, record, registration, source, page, part)
    }
    case 'asn':
      return first === last && isUsed(registration)
        ? autnumObject(record, registration, first, source, page)
        : blockObject(record, registration, source, page)
  }
}

export function blockObject(
  record: ServedRecord,
  registration: Registration,
  source: string,
  page: PageOf,
): WantedObject {
  const { first, last } = registration
  return made([line('as-block', `AS${first} - AS${last}`)], record, registration, source, page)
}

/** The aut-num of one number of a registration. */
export function autnumObject(
  record: ServedRecord,
  registration: Registration,
  number: string,
  source: string,
  page: PageOf,
): WantedObject {
  const { first, last, id } = registration
  const part = first === last ? [] : [`one of AS${first} - AS${last}`]
  return made([line('aut-num', `AS${number}`), line('as-name', id)], record, registration, source, page, part)
}

/** The address of a page below the address of the services, behind the sentence that leads to it. */
export type PageOf = (says: string, handle: string) => string

function standingLines(record: ServedRecord, id: string, page: PageOf): readonly string[] {
  const notes = record.object('notes', id)
  const { orders, acts } = standingOn(record, id, notes)
  const pending = notes?.pending ?? null
  const transit = pending === null ? null : record.object('transit', pending)
  return [
    ...orders.map(({ says }) => says),
    ...acts.map(({ says, application }) => page(says, application)),
    ...(transit === null ? [] : [page(moveSays(transit), transit.handle)]),
  ]
}

function made(
  key: readonly WantedAttribute[],
  record: ServedRecord,
  registration: Registration,
  source: string,
  page: PageOf,
  remarks: readonly string[] = [],
): WantedObject {
  const { country, holder, status, registered, until, provenance, kind, id } = registration
  const about = holder === null ? [] : standingLines(record, id, page)
  return {
    attributes: [
      ...key,
      ...given('country', country),
      ...given('org', holder),
      line('status', status.toUpperCase()),
      ...given('created', registered === null ? null : `${registered}T00:00:00Z`),
      remark(whatItIs(registration)),
      ...(until === null ? [] : [remark(`until ${until}`)]),
      ...(registration.protected
        ? [remark("protected: ends early only by its own holder's signature or an order")]
        : []),
      // What stands there for a pool is the handle of the pool.
      ...(provenance === null || kind === 'pool' ? [] : [remark(`imported from ${oneLine(provenance)}`)]),
      ...[...remarks, ...about].map(remark),
      line('source', source),
    ],
  }
}

function whatItIs({ kind, since, procedure }: Registration): string {
  const coming = kind === 'moved-out' && procedure.startsWith('move-in/')
  const what = coming ? 'on its way here from another registry, which holds it until then' : KINDS[kind]
  return `${what}, since log entry ${since}, procedure ${procedure}`
}
