/** Lookup and history without HTTP: what `/api` serves and what a page on the same server shows are one answer. */

import { err, ok, parseRange, type Result } from '@cadastre/numbers'
import { pauseOf, type RegistryReader } from '@cadastre/reader'
import type { ReadContext } from './context.ts'
import { EntryTimes } from './entry-times.ts'
import { type Extract, extractOf } from './extract.ts'
import type {
  Applications,
  Authorities,
  Complaints,
  History,
  Incidents,
  Lookup,
  Orders,
  Pause,
  Queues,
  Register,
  ServiceLevel,
  Transits,
} from './generated/lookup-types.ts'
import { history } from './history.ts'
import { complaints, incidents, type ListPosition, transits } from './lists.ts'
import { lookup, readAfter } from './lookup.ts'
import { authorities, type OrderFilter, orders } from './orders.ts'
import { readQuestion } from './question.ts'
import { type ApplicationFilter, applications, queues } from './queues.ts'
import { register } from './register.ts'
import { serviceLevels } from './service-level.ts'

/** A question that has no answer: it cannot be read, or names an object that is not there. */
export type PortalFault = {
  readonly kind: 'not-understood' | 'not-found'
  /** The offending part of what was asked, and what would be right. */
  readonly value: string
  readonly expected: string
}

/** As it was typed. */
type Asked<F> = { readonly [M in keyof F]: string | null }

export type Portal = {
  /** Answers what was typed; `after` is a record key from `inside.after`. */
  readonly lookup: (
    text: string,
    page: { readonly limit: number; readonly after: string | null },
  ) => Promise<Result<Lookup, PortalFault>>
  /** Entries that touched the key, or what covers it, newest first; null where the text is no key. */
  readonly history: (
    key: string,
    page: { readonly limit: number; readonly before: number | null },
  ) => Promise<History | null>
  /** The pause in force, the same for everyone. */
  readonly pause: () => Pause | null
  /** Who waits where: one queue by its name, or the beginning of each; null where there is none of this name. */
  readonly queues: (
    name: string | null,
    page: { readonly from: number; readonly limit: number },
  ) => Promise<Queues | null>
  /** Applications that fit, the newest first; null where `before` is none. */
  readonly applications: (filter: ApplicationFilter, page: ListPosition) => Promise<Applications | null>
  /** How long decisions and examinations take. */
  readonly serviceLevel: () => Promise<ServiceLevel>
  /** The register itself. */
  readonly register: () => Promise<Register>
  /** Moves between registries, incidents and complaints, the newest first; null where `before` is none. */
  readonly transits: (page: ListPosition) => Promise<Transits | null>
  readonly incidents: (page: ListPosition) => Promise<Incidents | null>
  readonly complaints: (page: ListPosition) => Promise<Complaints | null>
  /** Orders that fit, the newest first; null where `before` is none of them, or `resource` is no numbers. */
  readonly orders: (filter: Asked<OrderFilter>, page: ListPosition) => Promise<Orders | null>
  /** The register of authorities, the newest first; null where `before` is none. */
  readonly authorities: (page: ListPosition) => Promise<Authorities | null>
  /** The record, its history and its proof in one document. */
  readonly extract: (text: string) => Promise<Result<Extract, PortalFault>>
}

export function createPortal(reader: RegistryReader): Portal {
  const reading: ReadContext = { reader, times: new EntryTimes(reader) }
  return {
    async lookup(text, { limit, after }) {
      const question = readQuestion(text)
      if (!question.ok) return err({ kind: 'not-understood', ...question.error })
      const from = after === null ? null : readAfter(after)
      if (after !== null && from === null)
        return err({ kind: 'not-understood', value: after, expected: 'a record key from `inside.after`' })
      const found = await lookup(reading, question.value, { text, limit, after: from })
      const expected = 'an object that the register has'
      return found === null ? err({ kind: 'not-found', value: text, expected }) : ok(found)
    },
    async history(key, { limit, before }) {
      const subject = readQuestion(key)
      if (!subject.ok || subject.value.kind === 'words') return null
      return history(reading, subject.value, limit, before)
    },
    queues: async (name, page) => {
      const found = await queues(reader, name?.toUpperCase() ?? null, page)
      return name !== null && found.queues.length === 0 ? null : found
    },
    applications: (filter, { before, limit }) =>
      applications(reader, filter, { after: before, limit, newest: true }),
    serviceLevel: () => serviceLevels(reader).measure(),
    register: () => register(reader),
    transits: (page) => transits(reading, page),
    incidents: (page) => incidents(reading, page),
    complaints: (page) => complaints(reading, page),
    orders: async (filter, page) => {
      const range = filter.resource === null ? null : parseRange(filter.resource)
      if (range !== null && !range.ok) return null
      return orders(reading, { ...filter, resource: range?.value ?? null }, page)
    },
    authorities: (page) => authorities(reading, page),
    pause: () => pauseOf(reader.snapshot()),
    extract: (text) => extractOf(reading, text),
  }
}
