/** `/api/lookup`: who holds it, since when, under which procedure, what covers it and what lies inside. */

import { type Block, blockKey, WIDTH } from '@cadastre/numbers'
import type { Snapshot } from '@cadastre/reader'
import { cellInForce, innermost, parseKey, pathInForce, registrationsOn, standing } from '@cadastre/records'
import type { ReadContext } from './context.ts'
import type { HoldersAnswer, Lookup, NumbersAnswer, Party } from './generated/lookup-types.ts'
import { linksOf } from './links.ts'
import { applicationAnswer, holderAnswer, poolAnswer } from './lookup-objects.ts'
import { registrationAnswer } from './lookup-registration.ts'
import { complaintAnswer, incidentAnswer, transitAnswer } from './lookup-transits.ts'
import { authorityAnswer, orderAnswer } from './orders.ts'
import type { Question } from './question.ts'
import { frameOf, insideOf, partyOf, registrationOf, servicesOn } from './views.ts'

export type LookupPage = {
  /** What was asked, as sent. */
  readonly text: string
  /** At most this many cells inside, holdings or holders. */
  readonly limit: number
  /** Go on after this block. */
  readonly after: Block | null
}

/** The answer, or null where no object of the type asked for has this handle. */
export async function lookup(
  context: ReadContext,
  question: Question,
  page: LookupPage,
): Promise<Lookup | null> {
  const snapshot = context.reader.snapshot()
  if (question.kind === 'block') return numbersAnswer(context, snapshot, question, page)
  if (question.kind === 'object') return objectAnswer(context, snapshot, question, page)
  if (question.handle !== null) {
    for (const type of [
      'holder',
      'application',
      'pool',
      'transit',
      'incident',
      'complaint',
      'order',
      'authority',
    ] as const) {
      const named = { kind: 'object', type, handle: question.handle, canonical: question.handle } as const
      const found = await objectAnswer(context, snapshot, named, page)
      if (found !== null) return found
    }
    const query = frameOf(context.reader, snapshot, page.text, question.handle)
    const registration = await registrationAnswer(context, snapshot, query, question.handle)
    if (registration !== null) return registration
  }
  return holdersAnswer(context, snapshot, question, page)
}

type ObjectQuestion = Extract<Question, { readonly kind: 'object' }>

async function objectAnswer(
  context: ReadContext,
  snapshot: Snapshot,
  { type, handle, canonical }: ObjectQuestion,
  page: LookupPage,
): Promise<Lookup | null> {
  const query = frameOf(context.reader, snapshot, page.text, canonical)
  if (type === 'holder') return holderAnswer(context, snapshot, query, handle, page)
  if (type === 'application') return applicationAnswer(context, snapshot, query, handle)
  if (type === 'pool') return poolAnswer(snapshot, query, handle)
  if (type === 'transit') return transitAnswer(context, snapshot, query, handle)
  if (type === 'incident') return incidentAnswer(snapshot, query, handle)
  if (type === 'order') return orderAnswer(context, snapshot, query, handle)
  if (type === 'authority') return authorityAnswer(context, snapshot, query, handle)
  return type === 'complaint' ? complaintAnswer(context, snapshot, query, handle) : null
}

/** Fewer characters match too much to be of use. */
const SEARCH_MIN = 2

async function holdersAnswer(
  { reader }: ReadContext,
  snapshot: Snapshot,
  question: Extract<Question, { readonly kind: 'words' }>,
  page: LookupPage,
): Promise<HoldersAnswer> {
  const query = frameOf(reader, snapshot, page.text, question.canonical)
  const short = question.words.length < SEARCH_MIN
  const handles = short ? [] : await reader.store.holdersMatching(question.words, page.limit + 1)
  // The store may be ahead of the published state: what is not in the snapshot yet is not shown.
  const known = handles.filter((handle) => snapshot.object('holder', handle) !== null)
  const items = known
    .slice(0, page.limit)
    .map((handle) => partyOf(snapshot, handle))
    .filter((party): party is Party => party !== null)
  return { kind: 'holders', query, items, more: handles.length > page.limit }
}

async function numbersAnswer(
  { reader, times }: ReadContext,
  snapshot: Snapshot,
  { block, canonical }: Extract<Question, { readonly kind: 'block' }>,
  page: LookupPage,
): Promise<NumbersAnswer> {
  const path = pathInForce(snapshot.chain(block), snapshot.publication.at)
  const on = registrationsOn(path)
  const chain = await Promise.all(on.map((one) => registrationOf({ reader, times }, snapshot, one)))
  const key = blockKey(block)
  return {
    kind: 'numbers',
    query: frameOf(reader, snapshot, page.text, canonical),
    space: block.space,
    key,
    standing: standing(path),
    chain,
    innermost: chain.at(-1) ?? null,
    services: servicesOn(path),
    inside: insidePage(snapshot, listedBlock(block, innermost(path)?.block ?? null), page),
    links: linksOf(snapshot, { kind: 'cell', block }, key),
  }
}

/** Inside a single number is nothing: then what lies inside the block that holds it is listed. */
function listedBlock(asked: Block, holding: Block | null): Block {
  return asked.length === WIDTH[asked.space] && holding !== null ? holding : asked
}

function insidePage(snapshot: Snapshot, of: Block, { limit, after }: LookupPage): NumbersAnswer['inside'] {
  const from = after !== null && after.space === of.space ? after : null
  // One more, because the block itself comes first and is no part of its inside.
  const page = snapshot.inside(of, limit + 1, from)
  const within = page.items.filter(({ block }) => block.length > of.length)
  const shown = within.slice(0, limit)
  const more = within.length > limit || page.after !== null
  const last = shown.at(-1)
  return {
    of: blockKey(of),
    items: shown.map((cell) => insideOf(snapshot, cellInForce(cell, snapshot.publication.at))),
    after: more && last !== undefined ? blockKey(last.block) : null,
    proved: false,
  }
}

/** The block that an `after` parameter names; null where it is no cell's key. */
export function readAfter(text: string): Block | null {
  const key = parseKey(text)
  return key?.kind === 'cell' ? key.block : null
}
