/** Parts that objects share: events, remarks, notices. */

import { type Instant, isArray, isObject, type Json } from '@cadastre/records'
import { is, list, nameIn, object, type Part, set, type Want } from '../expect.ts'
import type { ServedRecord } from '../record.ts'
import { type Link, linksWanted } from './links.ts'

export type Event = {
  readonly action: 'registration' | 'last changed' | 'expiration'
  /** Null: there is no such event. */
  readonly date: string | null
}

/** Events (RFC 9083 section 4.5), and with them the time of the state. */
export function eventsWanted(
  record: ServedRecord,
  dated: readonly Event[],
  changed: { readonly since: number },
): Want | null {
  const time = record.timeOf(changed.since)
  const parts = dated.flatMap(({ action, date }) => (date === null ? [] : [eventPart(action, is(date))]))
  return set(
    [
      ...parts,
      eventPart('last changed', time === null ? someInstant(record.at) : is(time)),
      eventPart('last update of RDAP database', is(record.at)),
    ],
    (event) => (isObject(event) ? nameIn(event['eventAction']) : ''),
  )
}

const eventPart = (action: string, date: Want): Part => ({
  name: action,
  want: object({ eventAction: is(action), eventDate: date }),
})

/** Where the time of an entry is not known here: none later than the state. */
function someInstant(at: Instant): Want {
  return {
    kind: 'own',
    wrong: (served) => (typeof served === 'string' && served <= at ? null : `a time up to ${at}`),
  }
}

/** A remark or notice (RFC 9083 section 4.3). */
export type Notice = {
  readonly title: string
  /** Its lines. */
  readonly text: string
  readonly type?: string
  readonly links?: readonly Link[]
}

export function noticePart({ title, text, type, links = [] }: Notice): Part {
  return {
    name: `${title}: ${text}`,
    want: object({
      title: is(title),
      description: list(...text.split('\n').map(is)),
      type: type === undefined ? null : is(type),
      links: linksWanted(links),
    }),
  }
}

export function noticesWanted(notices: readonly Notice[]): Want | null {
  return set(notices.map(noticePart), nameOfNotice)
}

export function nameOfNotice(notice: Json): string {
  if (!isObject(notice)) return ''
  const { title, description } = notice
  return `${nameIn(title)}: ${isArray(description) ? description.map(nameIn).join('\n') : ''}`
}
