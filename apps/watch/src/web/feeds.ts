/** Changes as feeds: Atom (RFC 4287) and JSON Feed 1.1, of everything, a registry, numbers, or a holder. */

import { Feed } from 'feed'
import type { Change } from '../model.ts'
import { numbersText } from '../report.ts'
import { KIND_WORDS, search } from './words.ts'

const ITEMS_MAX = 200

export type FeedFrame = {
  readonly baseUrl: string
  readonly origin: string
  /** What it is of: a registry, numbers, a holder; null = everything. */
  readonly subject: string | null
  /** Path and query of the feed itself. */
  readonly self: { readonly atom: string; readonly json: string }
}

/** Stable for good: the log never changes an entry, and a change is named by what shows it. */
function idOf(origin: string, { day, source, kind, range }: Change): string {
  const name = encodeURIComponent(`${source} ${kind} ${numbersText(range)}`)
  return `tag:${origin.split('/', 1)[0] ?? origin},${day}:${name}`
}

export function feedOf(changes: readonly Change[], frame: FeedFrame): Feed {
  const { baseUrl, origin, subject, self } = frame
  const latest = changes.slice(-ITEMS_MAX).reverse()
  const first = latest[0]
  const feed = new Feed({
    title: subject === null ? 'Changes of published delegations' : `Changes of ${subject}`,
    description: 'What published statistics files show; they give no reasons.',
    id: `${baseUrl}${self.atom}`,
    link: subject === null ? `${baseUrl}/` : `${baseUrl}${search(subject)}`,
    language: 'en',
    updated: first === undefined ? new Date(0) : midnight(first.day),
    feedLinks: { atom: `${baseUrl}${self.atom}`, json: `${baseUrl}${self.json}` },
    author: { name: origin },
    copyright: '',
  })
  for (const change of latest) {
    const numbers = numbersText(change.range)
    feed.addItem({
      id: idOf(origin, change),
      title: `${KIND_WORDS[change.kind]}: ${numbers}`,
      link: `${baseUrl}${search(numbers, change.day)}`,
      description: change.text,
      content: contentOf(change),
      date: midnight(change.day),
      category: [{ name: change.kind }, { name: change.registry }],
    })
  }
  return feed
}

/** Text of rows comes from files of others: it is escaped, for readers show content as HTML. */
function contentOf({ text, before, after }: Change): string {
  const rows = [...before.map(({ raw }) => `- ${raw}`), ...after.map(({ raw }) => `+ ${raw}`)]
  return `<p>${escaped(text)}</p><pre>${escaped(rows.join('\n'))}</pre>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function midnight(day: string): Date {
  return new Date(`${day}T00:00:00Z`)
}
