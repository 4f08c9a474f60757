/** The picture against the records that the registry wrote. */

import { type Cell, canonicalJson, type Json, type JsonObject } from '@cadastre/records'
import { asRead } from './as-read.ts'
import { blockAt, keyAt, type Prefixed, prefixesOf } from './numbers.ts'
import { servicesAt } from './parts.ts'
import { registrationOf, type Service, type World } from './world.ts'

/** Members that are a way to find things quickly, and say nothing that the rest does not say. */
const HOW_NOT_WHAT: { readonly [type: string]: readonly string[] } = {
  pool: ['cursors', 'queues', 'exhausted', 'serve'],
  application: ['next'],
  // Of an order that goes back, and of what such an order's application says, the model knows the class alone.
  order: ['reason'],
}

type Under = { readonly under: string }
/** Whether the registration of a service still stands around it. Where not, the entry is dead, kept or not. */
const lives = (world: World, at: Prefixed, { under }: Under): boolean =>
  world.over(at).some(({ entry }) => entry.id === under)

function cellOf(world: World, at: Prefixed): Json {
  const key = keyAt(at)
  const registrations = world
    .over(at)
    .filter((parcel) => prefixesOf(parcel).some((prefix) => keyAt(prefix) === key))
    .map(registrationOf)
  const services = servicesAt(world, at).filter((one) => lives(world, at, one))
  const of = (kind: Service['kind']): JsonObject[] =>
    services.filter((one) => one.kind === kind).map(({ what, under, since }) => ({ under, since, ...what }))
  const [rdns = null] = of('rdns')
  const registered = asRead<readonly JsonObject[]>(registrations)
  return { v: 1, registrations: registered, rdns, routes: of('route'), roas: of('roa') }
}

/** The whole record of a cell; null where nothing is registered. */
export function cellJson(world: World, key: string): Json {
  const at = blockAt(key)
  return at === null ? null : plainCell(world, at, cellOf(world, at))
}
/** A cell as it is compared: without dead entries, null where nothing is left. */
function plainCell(world: World, at: Prefixed, record: Json): Json {
  const empty = { v: 1, registrations: [], rdns: null, routes: [], roas: [] }
  const cell = asRead<Cell & JsonObject>(record ?? empty)
  const living = <T extends Under>(all: readonly T[]): readonly JsonObject[] =>
    sorted(asRead<readonly JsonObject[]>(all.filter((one) => lives(world, at, one))))
  const [routes, roas] = [living(cell.routes), living(cell.roas)]
  const rdns = cell.rdns !== null && lives(world, at, cell.rdns) ? cell.rdns : null
  const isEmpty = cell.registrations.length === 0 && routes.length + roas.length === 0 && rdns === null
  return isEmpty ? null : asRead<JsonObject>({ ...cell, rdns, routes, roas })
}
const sorted = (list: readonly JsonObject[]): readonly JsonObject[] =>
  [...list].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1))

/** An object as it is compared. The registry notes beside the body of an application what the request replaces. */
function plainObject(key: string, record: JsonObject | null): Json {
  if (record === null) return null
  const left = HOW_NOT_WHAT[key.split('/')[1] ?? ''] ?? []
  const known = Object.fromEntries(Object.entries(record).filter(([name]) => !left.includes(name)))
  if (!key.startsWith('obj/application/')) return known
  const { replaces: _, ...body } = known['body'] as JsonObject
  if (known['procedure'] === 'serve-order/1') return { ...known, body, reason: null }
  return { ...known, body }
}

/** What is wrong with a record; null where it is as the picture has it. */
export function differs(world: World, key: string, record: Json): string | null {
  const at = key.startsWith('obj/') ? null : blockAt(key)
  if (at !== null) return compared(key, plainCell(world, at, cellOf(world, at)), plainCell(world, at, record))
  const own = world.objects.get(key)
  const other = record as JsonObject | null
  if (own === undefined || other === null)
    return compared(key, plainObject(key, (own ?? null) as JsonObject | null), plainObject(key, other))
  if (FOUND_EQUAL.get(own) === other) return null
  const wrong = compared(key, plainObject(key, own as JsonObject), plainObject(key, other))
  if (wrong === null) FOUND_EQUAL.set(own, other)
  return wrong
}
/** Objects never change, only which one stands at a key: a pair that was found equal stays equal. */
const FOUND_EQUAL: WeakMap<object, object> = new WeakMap()

function compared(key: string, mine: Json, theirs: Json): string | null {
  if (canonicalJson(mine) === canonicalJson(theirs)) return null
  const [one, other] = [membersOf(mine), membersOf(theirs)]
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])]
  const wrong = names.filter((name) => one[name] !== other[name])
  const tell = (name: string): string =>
    `${name} is ${short(other[name], one[name])}, the model has ${short(one[name], other[name])}`
  return `${key}: ${wrong.map(tell).join('; ')}`
}
/** Each member's text; those of one level further in where that is an object. */
function membersOf(record: Json): { readonly [name: string]: string } {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    return { record: canonicalJson(record) }
  const texts: { [name: string]: string } = {}
  for (const [name, value] of Object.entries(record)) {
    const inner =
      typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : null
    if (inner === null) texts[name] = canonicalJson(value)
    else for (const [own, one] of inner) texts[`${name}.${own}`] = canonicalJson(one)
  }
  return texts
}
/** The text from shortly before where it differs from the other on. */
function short(text = 'missing', other = ''): string {
  let from = 0
  while (from < text.length && text[from] === other[from]) from += 1
  const begin = text.length > 200 ? Math.max(0, from - 60) : 0
  return `${begin > 0 ? '…' : ''}${text.slice(begin, begin + 200)}`
}

/** Keys of all records that the picture has. Services of registrations that are gone are forgotten. */
export function keysIn(world: World): ReadonlySet<string> {
  const keys = new Set(world.objects.keys())
  for (const list of Object.values(world.parcels))
    for (const parcel of list) for (const prefix of prefixesOf(parcel)) keys.add(keyAt(prefix))
  for (const list of Object.values(world.services))
    for (const service of [...list])
      if (lives(world, service, service)) keys.add(keyAt(service))
      else list.splice(list.indexOf(service), 1)
  return keys
}
