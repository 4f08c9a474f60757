/** Notices of every answer (RFC 9083 section 4.3, NRO profile), and those of one. */

import { isArray, isObject, type Json, type JsonObject } from '@cadastre/records'
import { anything, is, list, nameIn, object, type Part, perhaps, set, type Want } from '../expect.ts'
import type { House, ServedRecord } from '../record.ts'
import { pauseSays } from '../words.ts'
import { TRUNCATED } from './holder.ts'
import type { Addresses } from './links.ts'
import { type Notice, nameOfNotice, noticePart } from './parts.ts'

/** What an answer says beside what every answer says. */
export type OwnNotices = {
  readonly notices?: readonly Notice[]
  /** Whether it must say that it lists less than there is. */
  readonly truncated?: 'yes' | 'no' | 'perhaps'
}

export function noticesOf(
  record: ServedRecord,
  { notice }: House,
  addresses: Addresses,
  wanted: OwnNotices,
): Want | null {
  const paused = record.object('registry', 'REGISTRY')?.paused ?? null
  const own: Notice[] = [
    ...(wanted.notices ?? []),
    {
      title: 'Log position',
      text: `As of log size ${record.size}, ${record.at}.`,
      links: [
        {
          value: addresses.help,
          rel: 'describedby',
          href: `${addresses.base}/log/checkpoint`,
          type: 'text/plain',
          title: 'Latest checkpoint of the log',
        },
      ],
    },
    ...(typeof notice === 'string' && !isMirror(notice) ? [{ title: 'Demonstration', text: notice }] : []),
    ...(wanted.truncated === 'yes' ? [TRUNCATED] : []),
  ]
  if (paused !== null && paused.until > record.at) {
    const href = `${addresses.base}/procedures/pause`
    const link = { value: addresses.help, rel: 'describedby', href, type: 'text/html' }
    own.push({ title: 'Paused', text: pauseSays(paused), links: [link] })
  }
  const parts: Part[] = own.map(noticePart)
  if (wanted.truncated === 'perhaps') {
    const { name, want } = noticePart(TRUNCATED)
    parts.push({ name, want: { kind: 'perhaps', want } })
  }
  // A mirror says how far it has come, and another thing a moment later.
  const moving = notice === undefined || (notice !== null && isMirror(notice))
  if (moving) {
    const want = notice === undefined ? perhaps(anything) : mirrorNotice
    parts.push({ name: INSTALLATION, want })
  }
  for (const relation of HOUSE_NOTICES) parts.push({ name: relation, want: houseNotice(relation, addresses) })
  return set(parts, (one) => {
    if (moving && isObject(one) && INSTALLATIONS.includes(nameIn(one['title']))) return INSTALLATION
    return HOUSE_NOTICES.find((relation) => hasLink(one, relation)) ?? nameOfNotice(one)
  })
}

/** Titles of the notice that says what kind of installation this is. */
const INSTALLATIONS = ['Demonstration', 'Mirror']
const INSTALLATION = 'Installation'

function isMirror(notice: string): boolean {
  return notice.startsWith('This is a mirror of ')
}

/** The notice of a mirror, whose words are others a moment later. */
export function isMoving(notice: Json): boolean {
  if (!isObject(notice) || notice['title'] !== 'Mirror' || !isArray(notice['description'])) return false
  const [text] = notice['description']
  return typeof text === 'string' && isMirror(text)
}

const mirrorNotice: Want = object({
  title: is('Mirror'),
  description: list({
    kind: 'own',
    wrong: (served) => (typeof served === 'string' && isMirror(served) ? null : 'that it is a mirror'),
  }),
})

/** Notices that the NRO profile asks of every answer; their words and pages are the operator's own, the same in each. */
export const HOUSE_NOTICES: readonly string[] = ['terms-of-service', 'inaccuracy-report']

export function hasLink(notice: Json, relation: string): boolean {
  if (!isObject(notice) || !isArray(notice['links'])) return false
  return notice['links'].some((link) => isObject(link) && link['rel'] === relation)
}

function houseNotice(relation: string, addresses: Addresses): Want {
  return {
    kind: 'own',
    wrong: (served) => {
      if (!isObject(served)) return 'a notice'
      const { title, description, links, ...rest } = served
      const [link, ...more] = isArray(links) ? links : []
      const whole =
        typeof title === 'string' &&
        isArray(description) &&
        description.length > 0 &&
        description.every((line) => typeof line === 'string') &&
        Object.keys(rest).length === 0
      const linked = isObject(link) && link['value'] === addresses.help && isLink(link) && more.length === 0
      return whole && linked ? null : `one notice with one link ${relation}`
    },
  }
}

/** Members of RFC 9083 section 4.2 that a link of a notice has, and no others. */
function isLink({ value, rel, href, type, title = '', ...rest }: JsonObject): boolean {
  const texts = [value, rel, href, type, title]
  return texts.every((text) => typeof text === 'string') && Object.keys(rest).length === 0
}
