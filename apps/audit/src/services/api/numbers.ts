/** What `/api/lookup` says of numbers: everything that covers them, services in force, what lies inside. */

import {
  type Block,
  blockKey,
  contains,
  formatPrefix,
  formatRange,
  parseBlockKey,
  rangeToBlocks,
  WIDTH,
} from '@cadastre/numbers'
import {
  type CoveringCell,
  type CoveringRegistration,
  type DelegationSigner,
  innermost,
  isArray,
  isObject,
  type Json,
  liveServices,
  type Registration,
  registrationRange,
  registrationsOn,
  standing,
  type Transit,
} from '@cadastre/records'
import { standingOn } from '../concerns.ts'
import { is, list, type Members, matchJson, object, type Want } from '../expect.ts'
import { pathInForce, type ServedRecord } from '../record.ts'
import {
  asIs,
  briefWanted,
  linksWanted,
  numbersTarget,
  partyWanted,
  standingMembers,
  timeWanted,
  writtenBlock,
} from './parts.ts'

/** `most`: how many cells inside may be listed. */
export function numbersMembers(record: ServedRecord, asked: Block, most: number): Members {
  const path = pathInForce(record, asked)
  const chain = registrationsOn(path).map((one) => registrationWanted(record, one))
  const key = blockKey(asked)
  const holding = innermost(path)?.block ?? null
  const listed = asked.length === WIDTH[asked.space] && holding !== null ? holding : asked
  return {
    kind: is('numbers'),
    space: is(asked.space),
    key: is(key),
    standing: is(standing(path)),
    chain: list(...chain),
    innermost: chain.at(-1) ?? is(null),
    services: asIs(servicesOn(path)),
    inside: insideWanted(record, listed, most),
    links: linksWanted(record, key, numbersTarget(asked)),
  }
}

function registrationWanted(record: ServedRecord, { block, registration }: CoveringRegistration): Want {
  const { id, kind, holder, status, country, registered, until, provenance, procedure, since } = registration
  const range = registrationRange(registration, block.space)
  const notes = record.object('notes', id)
  const annotations = (notes?.annotations ?? []).map((one) => {
    const { id: note, kind: about, by, evidence, until: end, since: noted } = one
    return { id: note, kind: about, by, evidence, until: end, since: noted }
  })
  return object({
    id: is(id),
    kind: is(kind),
    cell: is(blockKey(block)),
    range: is(formatRange(range)),
    prefixes: asIs(block.space === 'asn' ? [] : rangeToBlocks(range).map(formatPrefix)),
    holder: partyWanted(record, holder),
    status: is(status),
    country: is(country),
    registered: is(registered),
    until: is(until),
    protected: is(registration.protected),
    provenance: is(provenance),
    procedure: is(procedure),
    since: is(since),
    sinceAt: timeWanted(record, since),
    pending: is(notes?.pending ?? null),
    heldUntil: is(notes?.heldUntil ?? null),
    delayedUntil: is(notes?.delayedUntil ?? null),
    annotations: asIs(annotations),
    transit: transitWanted(record, registration, notes?.pending ?? null),
    ...standingMembers(standingOn(record, id, notes)),
  })
}

/** The move between registries that is under way on it. */
function transitWanted(record: ServedRecord, registration: Registration, pending: string | null): Want {
  const { kind, procedure, since } = registration
  if (pending !== null) return movingWanted(record, record.object('transit', pending))
  if (kind !== 'moved-out' || !procedure.startsWith('move-in/')) return is(null)
  // Nothing on it names the move: the move that was recorded in the same entry is the one.
  return {
    kind: 'own',
    wrong: (served) => {
      if (served === null) return null
      const handle = isObject(served) ? served['handle'] : null
      const found = typeof handle === 'string' ? record.object('transit', handle) : null
      const same = found !== null && found.since === since
      const matches = same && matchJson(movingWanted(record, found), served).differences.length === 0
      return matches ? null : 'the move between registries that was recorded with it'
    },
  }
}

function movingWanted(record: ServedRecord, transit: Transit | null): Want {
  if (transit === null) return is(null)
  const { handle, state, source, recipient, range, opened, since } = transit
  const out = source.origin === record.object('registry', 'REGISTRY')?.origin
  const other = out ? recipient.origin : source.origin
  return is({ handle, state, direction: out ? 'out' : 'in', other, range, opened, since })
}

function servicesOn(path: readonly CoveringCell[]): readonly Json[] {
  return path.flatMap(({ block }, index): Json[] => {
    const { rdns, routes, roas } = liveServices(path.slice(0, index + 1))
    const under = rdns?.under ?? routes[0]?.under ?? roas[0]?.under
    if (under === undefined) return []
    const prefix = block.space === 'asn' ? writtenBlock(block) : formatPrefix(block)
    return [
      {
        block: writtenBlock(block),
        under,
        nameServers: rdns?.ns ?? [],
        delegationSigners: (rdns?.ds ?? []).map(signerText),
        routes: routes.map(({ origin }) => ({ prefix, origin })),
        roas: roas.map(({ asn, maxLength }) => ({ prefix, asn, maxLength })),
      },
    ]
  })
}

/** RFC 4034 section 5.3. */
function signerText({ keyTag, algorithm, digestType, digest }: DelegationSigner): string {
  return `${keyTag} ${algorithm} ${digestType} ${digest.toUpperCase()}`
}

/**
 * A listing that no proof covers: there is one exactly where something is inside, and each of its lines is what stands
 * in the cell that it names.
 */
function insideWanted(record: ServedRecord, of: Block, most: number): Want {
  const some = record.hasInside(of)
  return object({
    of: is(blockKey(of)),
    items: {
      kind: 'own',
      wrong: (served) => {
        if (!isArray(served) || served.length > most || served.length > 0 !== some)
          return some ? `1 to ${most} cells inside` : 'nothing, as nothing is inside'
        const wrong = served.find((one) => !isCellInside(record, of, one))
        return wrong === undefined ? null : 'cells inside, each as it is recorded'
      },
    },
    after: { kind: 'own', wrong: (served) => (isNext(of, served) ? null : 'a key inside, or null') },
    proved: is(false),
  })
}

function isNext(of: Block, served: Json): boolean {
  if (served === null) return true
  const parsed = typeof served === 'string' ? parseBlockKey(served) : null
  return parsed?.ok === true && contains(of, parsed.value)
}

function isCellInside(record: ServedRecord, of: Block, served: Json): boolean {
  const key = isObject(served) ? served['key'] : null
  const parsed = typeof key === 'string' ? parseBlockKey(key) : null
  if (parsed?.ok !== true || typeof key !== 'string') return false
  const { value: block } = parsed
  const cell = pathInForce(record, block).at(-1)
  if (!contains(of, block) || cell === undefined || blockKey(cell.block) !== key) return false
  const registrations = cell.cell.registrations.map((one) => briefWanted(record, block.space, one))
  const wanted = object({
    key: is(key),
    block: is(writtenBlock(block)),
    registrations: list(...registrations),
  })
  return matchJson(wanted, served).differences.length === 0
}
