/** `move-in/1`: numbers come from a holder of another registry. */

import type { Instant, Transit } from '@cadastre/records'
import { entryOf } from './founding.ts'
import { fullSigned } from './keys.ts'
import { peerHandle, policyAt, sameParty, wordOf } from './moves.ts'
import { keyAt, plainRange, prefixesOf, type Span, sameSpan, spanOf } from './numbers.ts'
import {
  type Asked,
  firstOf,
  openAndRunning,
  type Rule,
  refuse,
  SIZES,
  type Statement,
  textOf,
  type Verdict,
} from './verdict.ts'
import type { Parcel, World } from './world.ts'

export const moveIn: Rule = {
  by: 'step',
  shape: {
    accept: 'origin transit holder:handle range',
    complete: 'origin transit',
    cancel: 'origin transit',
  },
  request(asked) {
    const { world, body } = asked
    const code = openAndRunning(asked)
    if (code !== null) return refuse(code)
    const origin = textOf(body, 'origin')
    const policy = policyAt(world, origin, world.at)
    if (policy === null) return refuse('peer-unknown')
    const handle = `${peerHandle(world, origin)}.${textOf(body, 'transit')}`
    const word = wordOf(asked, origin, policy, textOf(body, 'transit'))
    return body['step'] === 'accept' ? accepted(asked, handle, word) : ended(asked, handle, word)
  },
}

function accepted(asked: Asked, handle: string, word: Statement | undefined): Verdict {
  const { world, body } = asked
  const holder = world.holder(body['holder'])
  const span = spanOf(body['range'])
  const said = word?.record as Transit | null | undefined
  const here = { origin: world.registry()?.origin ?? '', holder: textOf(body, 'holder') }
  const fits =
    said?.state === 'sourceInitialized' && sameParty(said.recipient, here) && said.range === body['range']
  const code = firstOf(
    world.get('transit', handle) !== null && 'transit-exists',
    holder === null && 'holder-unknown',
    !fullSigned(asked, holder) && 'consent-missing',
    word === undefined && 'statement-missing',
    !fits && 'statement-differs',
  )
  if (code !== null || span === null || said == null || word === undefined) return refuse(code ?? '')
  const there = world.touching(span)
  const returned = there.filter(
    (one) => one.entry.kind === 'moved-out' && sameSpan(one, span) && one.entry.provenance === body['origin'],
  )
  if (prefixesOf(span).length > 62) return refuse('range-not-a-block')
  if (there.length > returned.length) return refuse('block-taken')
  return {
    accept: () => arrive(world, handle, said, word, span, returned[0]),
    unless: [...SIZES, 'range-not-a-block'],
  }
}

function arrive(
  world: World,
  handle: string,
  said: Transit,
  { hash }: Statement,
  span: Span,
  old: Parcel | undefined,
): void {
  const [prefix] = prefixesOf(span)
  const { status, country, registered } = said
  const known = {
    kind: 'moved-out',
    status: 'reserved',
    country,
    registered,
    provenance: said.source.origin,
  } as const
  const entry = old?.entry ?? entryOf(world, 'move-in/1', known)
  if (old === undefined) world.add({ ...span, entry })
  const { source, recipient, range } = said
  world.put('transit', handle, {
    v: 1,
    handle,
    state: 'recipientAccepted',
    source,
    recipient,
    range: plainRange(range),
    status,
    country,
    registered,
    registration: { key: prefix === undefined ? '' : keyAt(prefix), id: entry.id },
    returning: old !== undefined,
    consents: [recipient.holder],
    notBefore: null,
    due: null,
    opened: world.at as Instant,
    pausedSeconds: 0,
    statement: hash,
    since: world.index,
  })
}

function ended(asked: Asked, handle: string, word: Statement | undefined): Verdict {
  const { world, body } = asked
  const transit = world.get('transit', handle)
  const said = word?.record as Transit | null | undefined
  const completes = body['step'] === 'complete'
  const wanted = completes ? 'sourceFinalized' : 'sourceCancelled'
  const code = firstOf(
    transit === null && 'transit-unknown',
    transit !== null && transit.state !== 'recipientAccepted' && 'transit-closed',
    word === undefined && 'statement-missing',
    said?.state !== wanted && 'statement-differs',
  )
  if (code !== null || transit === null || word === undefined) return refuse(code ?? '')
  return {
    accept() {
      const state = completes ? 'recipientCompleted' : 'recipientCancelled'
      world.put('transit', handle, { ...transit, state, statement: word.hash })
      const span = spanOf(transit.range)
      const mark =
        span === null ? undefined : world.over(span).find(({ entry }) => entry.id === transit.registration.id)
      if (mark === undefined || span === null) return
      if (completes) world.swap(mark, [{ ...span, entry: arrivedEntry(world, transit) }])
      else if (!transit.returning) world.swap(mark, [])
    },
    unless: SIZES,
  }
}
function arrivedEntry(
  world: World,
  { status, country, registered, source, recipient }: Transit,
): Parcel['entry'] {
  const declared = { status, country, registered, provenance: source.origin }
  return entryOf(world, 'move-in/1', { kind: 'holding', holder: recipient.holder, ...declared })
}
