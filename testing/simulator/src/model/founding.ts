/** `genesis/1`, `import/1` and `open/1`: what the registry begins with. */

import type { NumberSpace } from '@cadastre/numbers'
import {
  type JsonObject,
  NEW_HOLDER,
  type Registration,
  type Registry,
  type StaffRole,
} from '@cadastre/records'
import { asRead } from './as-read.ts'
import { staffSigned } from './keys.ts'
import { inside, numberText, prefixesOf, type Span, sameSpan, spanBetween, spanOf } from './numbers.ts'
import { addCalendar } from './terms.ts'
import {
  type Asked,
  firstOf,
  later,
  parameters,
  type Rule,
  refuse,
  SIZES,
  textOf,
  type Verdict,
} from './verdict.ts'
import { memberHash, type World } from './world.ts'

type StaffEntry = {
  readonly handle: string
  readonly role: StaffRole
  readonly alg: 'ed25519'
  readonly key: string
  readonly outside: boolean
}

export const genesis: Rule = {
  shape: {},
  request: (asked) => (asked.body['step'] === 'found' ? founded(asked) : partTaken(asked)),
}

function founded(asked: Asked): Verdict {
  const { world, body, origin, expires, received } = asked
  const staff = body['staff'] as readonly StaffEntry[]
  const operators = staff.filter(({ role }) => role === 'operator')
  const code = firstOf(
    world.registry() !== null && 'already-founded',
    body['origin'] !== origin && 'wrong-origin',
    received > expires && 'request-expired',
    new Set(staff.map(({ key }) => key)).size < staff.length && 'key-repeated',
    operators.length === 0 && 'wrong-staff-role',
    !operators.some((one) => asked.keys.some(({ key }) => key === one.key)) && 'staff-signature-missing',
  )
  return code !== null ? refuse(code) : { accept: () => found(world, body, staff), unless: SIZES }
}

function found(world: World, body: JsonObject, staff: readonly StaffEntry[]): void {
  const since = world.index
  const { name, origin, seat, profile, demonstration, relyingParty } = asRead<Registry>(body)
  const none = { importing: null, imported: null, sources: [], paused: null, pauses: [] }
  const handed = { successor: null, handOver: null, predecessor: null }
  const awaitedParts = body['procedures'] as readonly string[]
  const known = { name, origin, seat, profile, demonstration, relyingParty, awaitedParts }
  world.put('registry', 'REGISTRY', { v: 1, ...known, state: 'founding', ...none, ...handed, since })
  world.put('witnesses', 'POLICY', { v: 1, policy: textOf(body, 'witnessPolicy'), previous: null, since })
  for (const member of staff) world.put('staff', member.handle, { v: 1, ...member, until: null, since })
  const clerks = staff
    .filter(({ role }) => role === 'clerk')
    .map(({ handle, outside }) => ({ staff: handle, outside, first: 0, next: 0 }))
  const others = staff.filter(({ role }) => role !== 'clerk').map(({ handle }) => handle)
  world.put('roster', 'CLERKS', { v: 1, clerks, others, turn: 0, since })
  world.put('desk', 'ORDERS', { v: 1, roots: body['roots'] as [], served: 0, sealed: 0, since })
  for (const one of body['pools'] as readonly JsonObject[]) {
    const span = spanOf(one['range'])
    if (span !== null) addPool(world, textOf(one, 'handle'), span, one['open'] === true)
  }
  for (const range of body['reserved'] as readonly string[]) {
    const span = spanOf(range)
    if (span !== null)
      world.add({ ...span, entry: entryOf(world, 'genesis/1', { kind: 'reserved', status: 'reserved' }) })
  }
}

function addPool(world: World, handle: string, { space, first, last }: Span, open: boolean): void {
  const none = { cursors: {}, queues: {}, exhausted: [], serve: null }
  const ends = { first: numberText(space, first), last: numberText(space, last) }
  world.put('pool', handle, { v: 1, handle, space, ...ends, open, ...none, since: world.index })
  const entry = entryOf(world, 'genesis/1', { kind: 'pool', status: 'available', provenance: handle })
  world.add({ space, first, last, entry })
}

/** A registration that this entry makes. */
export function entryOf(
  world: World,
  procedure: string,
  known: Partial<Registration> & Pick<Registration, 'kind' | 'status'>,
): Omit<Registration, 'first' | 'last'> {
  return {
    holder: null,
    country: null,
    registered: null,
    until: null,
    protected: false,
    provenance: null,
    ...known,
    id: world.nextId(),
    procedure,
    since: world.index,
  }
}

function partTaken(asked: Asked): Verdict {
  const { world, body, origin, expires, received } = asked
  const registry = world.registry()
  if (registry === null) return refuse('genesis-missing')
  const staff = world.staff(body['staff'])
  const code = firstOf(
    registry.origin !== origin && 'wrong-origin',
    received > expires && 'request-expired',
    staff === null && 'staff-unknown',
    staff?.role !== 'operator' && 'wrong-staff-role',
    staff !== null && !staffSigned(asked, staff) && 'staff-signature-missing',
    registry.awaitedParts[0] !== memberHash(world, body['procedures']) && 'part-unexpected',
  )
  if (code !== null) return refuse(code)
  return {
    accept() {
      world.put('registry', 'REGISTRY', { ...registry, awaitedParts: registry.awaitedParts.slice(1) })
      for (const one of (body['calendars'] ?? []) as readonly JsonObject[])
        addCalendar(world, one, registry.since)
      for (const one of body['procedures'] as readonly JsonObject[]) {
        const handle = textOf(one, 'id').toUpperCase().replace('/', '-')
        const terms = {
          text: textOf(one, 'text'),
          parameters: one['parameters'] as { readonly [name: string]: number },
        }
        world.put('procedure', handle, {
          v: 1,
          id: textOf(one, 'id'),
          ...terms,
          revisions: [],
          since: registry.since,
        })
      }
    },
  }
}

/** What `import` and `open` ask first; a registry or a reason. */
function whileFounding(asked: Asked): Registry | string {
  const { world, body, origin, expires, received, procedure } = asked
  const registry = world.registry()
  if (registry === null || (world.procedure(procedure) === null && registry.awaitedParts.length === 0))
    return 'procedure-unknown'
  const staff = world.staff(body['staff'])
  const code = firstOf(
    world.procedure(procedure) === null && 'procedure-unknown',
    registry.origin !== origin && 'wrong-origin',
    received > expires && 'request-expired',
    registry.state !== 'founding' && 'not-founding',
    staff === null && 'staff-unknown',
    staff !== null && !staffSigned(asked, staff) && 'staff-signature-missing',
    staff?.role !== 'operator' && 'wrong-staff-role',
    registry.awaitedParts.length > 0 && 'parts-missing',
  )
  return code ?? registry
}

export const open: Rule = {
  shape: 'staff',
  request(asked) {
    const { world } = asked
    const registry = whileFounding(asked)
    if (typeof registry === 'string') return refuse(registry)
    if (registry.importing !== null) return refuse('import-in-progress')
    const { objectionSeconds = 0 } = parameters(world, 'open/1', asked.received)
    const { imported } = registry
    if (imported !== null && later(imported, objectionSeconds) > world.at) return refuse('objection-period')
    return { accept: () => world.put('registry', 'REGISTRY', { ...registry, state: 'open' }) }
  },
}

export const imported: Rule = {
  shape: {},
  request(asked) {
    const registry = whileFounding(asked)
    if (typeof registry === 'string') return refuse(registry)
    switch (asked.body['step']) {
      case 'manifest':
        return manifest(asked, registry)
      case 'chunk':
        return chunk(asked, registry)
      case 'end':
        return end(asked, registry)
      default:
        return maintainers(asked, registry)
    }
  },
}

function manifest({ world, body }: Asked, registry: Registry): Verdict {
  const source = textOf(body, 'source')
  if (registry.importing !== null) return refuse('import-in-progress')
  if (registry.sources.some((one) => one.source === source)) return refuse('source-exists')
  const { file, sha256, attribution, rows, nested } = asRead<NonNullable<Registry['importing']>>(body)
  const importing = { source, file, sha256, nested, attribution, rows, done: 0 }
  return { accept: () => world.put('registry', 'REGISTRY', { ...registry, importing }) }
}

function chunk({ world, body }: Asked, registry: Registry): Verdict {
  const { importing } = registry
  const rows = body['rows'] as readonly { readonly raw: string }[]
  const done = (importing?.done ?? 0) + rows.length
  const code = firstOf(
    importing === null && 'no-import-in-progress',
    importing?.source !== body['source'] && 'import-in-progress',
    (body['from'] !== importing?.done || done > (importing?.rows ?? 0)) && 'import-out-of-order',
  )
  if (code !== null || importing === null) return refuse(code ?? '')
  return {
    accept() {
      for (const { raw } of rows) takeRow(world, raw, importing.source, importing.nested)
      world.put('registry', 'REGISTRY', { ...registry, importing: { ...importing, done } })
    },
    unless: ['row-malformed', 'import-out-of-order', ...SIZES],
  }
}

function end({ world, body }: Asked, registry: Registry): Verdict {
  const { importing } = registry
  if (importing === null) return refuse('no-import-in-progress')
  if (importing.source !== body['source']) return refuse('import-in-progress')
  if (importing.done < importing.rows) return refuse('import-incomplete')
  const { source, file, sha256, attribution, rows } = importing
  const sources = [...registry.sources, { source, file, sha256, attribution, rows }]
  const imported = world.at as Registry['imported']
  return {
    accept: () => world.put('registry', 'REGISTRY', { ...registry, importing: null, imported, sources }),
  }
}

function maintainers({ world, body }: Asked, registry: Registry): Verdict {
  const source = textOf(body, 'source')
  if (registry.importing !== null) return refuse('import-in-progress')
  if (!registry.sources.some((one) => one.source === source)) return refuse('source-unknown')
  const listed = body['holders'] as readonly { readonly holder: string; readonly keys: [] }[]
  const fresh = listed.filter(
    ({ holder }) =>
      holder.startsWith(`IMP-${source}-`) &&
      world.holder(holder) !== null &&
      world.get('maintainers', holder) === null,
  )
  if (fresh.length === 0) return refuse('nothing-changed')
  return {
    accept() {
      for (const { holder, keys } of fresh)
        world.put('maintainers', holder, { v: 1, holder, keys, source, since: world.index })
      world.put('registry', 'REGISTRY', { ...registry, imported: world.at as Registry['imported'] })
    },
  }
}

type Row = Span & Pick<Registration, 'status' | 'country' | 'registered'> & { readonly opaque: string | null }
const SPACES: { readonly [type: string]: NumberSpace } = { ipv4: 'ip4', ipv6: 'ip6', asn: 'asn' }

function rowOf(raw: string): Row {
  const parts = raw.split('|')
  if (parts.length < 7) {
    const [prefix, country = ''] = raw.split(',')
    const span = spanOf(prefix)
    if (span === null) throw new Error(`no row: ${raw}`)
    return { ...span, country: countryOf(country), registered: null, status: 'assigned', opaque: null }
  }
  const [, country = '', type = '', start = '', value = '', date = '', status = '', opaque = ''] = parts
  const space = SPACES[type]
  if (space === undefined) throw new Error(`no row: ${raw}`)
  const { first } = spanBetween(space, start, start)
  const count = space === 'ip6' ? 1n << BigInt(128 - Number(value)) : BigInt(value)
  const registered = /^[0-9]{8}$/.test(date)
    ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`
    : date
  const day = new Date(registered)
  const exists = !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(registered)
  const id = opaque.toUpperCase()
  return {
    space,
    first,
    last: first + count - 1n,
    status,
    country: countryOf(country),
    registered: exists && registered !== '' ? registered : null,
    opaque: /^[A-Z0-9][A-Z0-9._-]{0,60}$/.test(id) ? id : null,
  }
}
function kindOf(status: string): 'pool' | 'reserved' | 'holding' {
  if (status === 'available') return 'pool'
  return status === 'reserved' ? 'reserved' : 'holding'
}
const countryOf = (text: string): string | null => (/^[A-Z]{2}$/.test(text) && text !== 'ZZ' ? text : null)

function takeRow(world: World, raw: string, source: string, nested: boolean): void {
  const { space, first, last, opaque, ...declared } = rowOf(raw)
  const span = { space, first, last }
  const kind = kindOf(declared.status)
  const others = world.touching(span).filter(({ entry }) => entry.kind !== 'pool')
  const pools = world.touching(span).filter(({ entry }) => entry.kind === 'pool')
  if (kind === 'pool' && pools.some((pool) => sameSpan(pool, span))) return
  if (prefixesOf(span).length > 40) return
  const around = others.filter((one) => inside(span, one))
  const outer = around.at(-1)
  const isNested =
    nested &&
    kind === 'holding' &&
    outer !== undefined &&
    around.length === others.length &&
    around.every(({ entry }) => ['holding', 'sub'].includes(entry.kind)) &&
    prefixesOf(span).length === 1
  if (others.length > 0 && !isNested) return
  const holder = kind === 'holding' && opaque !== null ? `IMP-${source}-${opaque}` : null
  if (isNested && sameSpan(outer, span) && outer.entry.holder === holder) return
  if (holder !== null && world.holder(holder) === null) makeImported(world, holder)
  const known = { ...declared, holder, kind: isNested ? 'sub' : kind, provenance: source } as const
  world.add({ ...span, entry: entryOf(world, 'import/1', known) })
}

function makeImported(world: World, handle: string): void {
  const nobody = { name: null, country: null, identity: null, policy: null, contacts: [] }
  const made = { procedure: 'import/1', since: world.index }
  world.put('holder', handle, { v: 1, handle, kind: 'imported', ...nobody, ...NEW_HOLDER, ...made })
}
