/** Whether the page shows what was proved: no more, no less, nothing else. Pure: what is shown comes in as data. */

import type { VerifiedAnswer } from '@cadastre/answers'
import { blockOfKey, FACTS, type Facts, factsOfRecord, isRecord, serviceLines } from '../src/facts.ts'
import { objectFactsOfRecord } from '../src/object-facts.ts'

type ShownRegistration = { readonly cell: string; readonly facts: ReadonlyMap<string, string> }

/** What the page shows, as text that the visitor sees. */
export type Shown = {
  readonly registrations: readonly ShownRegistration[]
  readonly services: readonly { readonly block: string; readonly line: string }[]
  readonly object: { readonly rows: ReadonlyMap<string, string>; readonly lines: readonly string[] } | null
  /** The list of what lies inside; null where the page has none. */
  readonly listing: { readonly of: string; readonly count: number; readonly whole: boolean } | null
}

/** A registration that was proved, and the key of its record. */
export type Proved = { readonly cell: string; readonly facts: Facts }

export function provedRegistrations(answer: VerifiedAnswer): readonly Proved[] {
  return answer.covering.flatMap(({ key, record }) => {
    const list = record['registrations']
    const items: readonly unknown[] = Array.isArray(list) ? list : []
    return items.flatMap((json): Proved[] => {
      if (hasEnded(json, answer.at)) return []
      const facts = factsOfRecord(answer.query.space, json)
      return facts === null ? [] : [{ cell: key, facts }]
    })
  })
}

/** A child whose term is over at the time of the state has ended, and no page shows it (design.md section 4). */
function hasEnded(json: unknown, at: VerifiedAnswer['at']): boolean {
  const { kind, until } = isRecord(json) ? json : {}
  return typeof until === 'string' && until <= at && (kind === 'sub' || kind === 'lease')
}

/** What differs, a sentence each; empty where the page shows what was proved. */
export function differences(answer: VerifiedAnswer, shown: Shown): readonly string[] {
  return answer.query.space === 'obj' ? objectDifferences(answer, shown) : numberDifferences(answer, shown)
}

function numberDifferences(answer: VerifiedAnswer, shown: Shown): readonly string[] {
  const proved = provedRegistrations(answer)
  const found: string[] = []
  if (proved.length !== shown.registrations.length)
    found.push(`${proved.length} registrations are proved, the page shows ${shown.registrations.length}.`)
  for (const [index, { cell, facts }] of proved.entries()) {
    const rung = shown.registrations[index]
    if (rung === undefined) continue
    if (rung.cell !== cell) found.push(`${facts.id} is proved at ${cell}, the page shows it at ${rung.cell}.`)
    for (const fact of FACTS) {
      const text = rung.facts.get(fact) ?? null
      if (text !== facts[fact])
        found.push(
          `The ${fact} of ${facts.id} is proved to be ${quoted(facts[fact])}, the page says ${quoted(text)}.`,
        )
    }
  }
  return [...found, ...serviceDifferences(answer, shown), ...listingDifferences(answer, shown)]
}

function serviceDifferences(answer: VerifiedAnswer, { services }: Shown): readonly string[] {
  const lines = new Map(answer.covering.map(({ key, record }) => [blockOfKey(key), serviceLines(record)]))
  return services
    .filter(({ block, line }) => lines.get(block)?.includes(line) !== true)
    .map(({ block, line }) => `The page shows at ${block} “${line}”, which is not in the proved record.`)
}

/** The list itself has no proof, but whether there is anything inside what was asked has. */
function listingDifferences({ query, moreSpecific }: VerifiedAnswer, { listing }: Shown): readonly string[] {
  if (listing === null || listing.of !== query.key) return []
  if (moreSpecific === 'none' && listing.count > 0)
    return ['It is proved that nothing is registered inside, the page lists something.']
  if (moreSpecific === 'exists' && listing.count === 0 && listing.whole)
    return ['It is proved that something is registered inside, the page lists nothing.']
  return []
}

function objectDifferences({ query, covering }: VerifiedAnswer, { object }: Shown): readonly string[] {
  const [record] = covering
  if (record === undefined)
    return object === null ? [] : [`It is proved that ${query.key} does not exist, the page shows it.`]
  const facts = objectFactsOfRecord(query.key, record.record)
  if (object === null || facts === null)
    return [`${query.key} is proved to exist, the page does not show it.`]
  const found: string[] = []
  const proved = new Map(facts.rows)
  for (const title of new Set([...proved.keys(), ...object.rows.keys()])) {
    const [should, does] = [proved.get(title) ?? null, object.rows.get(title) ?? null]
    if (should !== does)
      found.push(`“${title}” is proved to be ${quoted(should)}, the page says ${quoted(does)}.`)
  }
  if (facts.lines.join('\n') !== object.lines.join('\n'))
    found.push('The keys or commitments on the page are not those of the proved record.')
  return found
}

/** The name in a proved holder record; null where it has none. */
export function provedName(answer: VerifiedAnswer): string | null {
  const record: unknown = answer.covering[0]?.record
  const name = isRecord(record) ? record['name'] : null
  return typeof name === 'string' ? name : null
}

function quoted(text: string | null): string {
  return text === null ? 'absent' : `“${text}”`
}
