/** The answers of `/api/lookup` and `/api/history` for pages that are rendered in the same process. */

import type { RegistryReader } from '@cadastre/reader'
import { EntryTimes } from './entry-times.ts'
import type { History, Lookup } from './generated/lookup-types.ts'
import { history } from './history.ts'
import { lookup, readAfter } from './lookup.ts'
import { readQuestion } from './question.ts'

/** A question that has no answer: it cannot be read, or names an object that is not there. */
export type PortalFault = {
  readonly kind: 'not-understood' | 'not-found'
  readonly value: string
  readonly expected: string
}

export type Portal = {
  readonly lookup: (
    text: string,
    page: { readonly limit: number; readonly after: string | null },
  ) => Promise<
    { readonly ok: true; readonly value: Lookup } | { readonly ok: false; readonly error: PortalFault }
  >
  readonly history: (
    key: string,
    page: { readonly limit: number; readonly before: number | null },
  ) => Promise<History | null>
}

export function createPortal(reader: RegistryReader): Portal {
  const context = { reader, times: new EntryTimes(reader) }
  return {
    async lookup(text, { limit, after }) {
      const question = readQuestion(text)
      if (!question.ok) return { ok: false, error: { kind: 'not-understood', ...question.error } }
      const from = after === null ? null : readAfter(after)
      const found = await lookup(context, question.value, { text, limit, after: from })
      if (found !== null) return { ok: true, value: found }
      const expected = 'the handle of an object that is registered here'
      return { ok: false, error: { kind: 'not-found', value: question.value.canonical, expected } }
    },
    async history(key, { limit, before }) {
      const question = readQuestion(key)
      if (!question.ok || question.value.kind === 'words') return null
      return history(context, question.value, limit, before)
    },
  }
}
