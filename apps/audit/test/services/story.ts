/** A small registry with something of everything: holders with contacts, ranges, children, routes, zones, a lock. */

import assert from 'node:assert/strict'
import { encodeBase64 } from '@cadastre/crypto'
import { generateEd25519Signer, nodeCrypto } from '@cadastre/crypto/node'
import { parseBlockKey } from '@cadastre/numbers'
import { addSeconds, innermost, type Json, type JsonObject, type Replaced } from '@cadastre/records'
import { commitmentOf, memberHashOf } from '@cadastre/signatures'
import type { TestHolder, TestRegistry } from '@cadastre/simulator'
import type { ServedRegistry } from '@cadastre/simulator/served'

const OPENING = new Uint8Array(32).fill(7)
const CONTACT = { fn: 'Network Desk', email: 'desk@example.net', tel: '+1-555-0100', adr: '1 Example Street' }

/** A holder whose abuse desk everybody may write to. */
async function withContact(served: ServedRegistry, name: string): Promise<TestHolder> {
  const signer = generateEd25519Signer()
  const opened = Object.entries(CONTACT).map(([field, value]) => ({
    field,
    value,
    opening: encodeBase64(OPENING),
    commitment: commitmentOf(nodeCrypto, OPENING, field, value),
  }))
  const fields = Object.fromEntries(opened.map(({ field, commitment }) => [field, commitment]))
  const body = served.registry.identification(name, signer).body
  const contacts = [{ role: 'abuse', kind: 'group', fields }]
  const before = new Set(handles(served.registry))
  await served.submitOpened('identify-holder/1', { ...body, contacts, country: 'XX' }, { signer }, opened)
  const handle = handles(served.registry).find((one) => !before.has(one))
  assert.ok(handle !== undefined)
  return { handle, signer }
}

/** Handles that look like holders, among the first entries. */
function handles(registry: TestRegistry): readonly string[] {
  const snapshot = registry.reader.snapshot()
  return Array.from({ length: snapshot.publication.size }, (_, index) => `H-${index}`).filter(
    (handle) => snapshot.object('holder', handle) !== null,
  )
}

/** The innermost registration at a key as a request names it. */
function held(registry: TestRegistry, key: string): { readonly id: string; readonly replaced: Replaced } {
  const block = parseBlockKey(key)
  assert.ok(block.ok)
  const found = innermost(registry.reader.snapshot().chain(block.value))?.registration
  assert.ok(found !== undefined, key)
  const member: unknown = found
  return {
    id: found.id,
    replaced: { member: `${key}#${found.id}`, hash: memberHashOf(nodeCrypto, member as Json) },
  }
}

/** `key`: the cell of the registration, where the service is declared inside it. */
async function declare(
  served: ServedRegistry,
  holder: TestHolder,
  at: string,
  service: JsonObject,
  key: string = at,
): Promise<void> {
  const { replaced } = held(served.registry, key)
  const none = { member: `${at}#rdns`, hash: null }
  const replaces = service['kind'] === 'rdns' ? [replaced, none] : [replaced]
  await served.act(
    'declare-service/1',
    { holder: holder.handle, at, service, action: 'set' },
    holder,
    replaces,
  )
}

export type Story = { readonly alpha: TestHolder; readonly beta: TestHolder }

export async function tellStory(served: ServedRegistry): Promise<Story> {
  const { registry } = served
  const alpha = await withContact(served, 'Alpha Networks')
  const beta = await registry.holder('Beta Networks')
  const allocate = (holder: TestHolder, pool: string, length: number, block: string | null = null): unknown =>
    served.act('allocate/1', { holder: holder.handle, pool, length, block }, holder)
  await allocate(alpha, 'IP4', 24, 'ip4/10.1.0.0/24')
  await allocate(alpha, 'IP4', 22, 'ip4/10.2.0.0/22')
  await allocate(beta, 'IP4', 26)
  await allocate(alpha, 'IP6', 48)
  await allocate(beta, 'ASN', 32)
  for (const asn of ['asn/64520/32', 'asn/64521/32', 'asn/64523/32']) await allocate(alpha, 'ASN', 32, asn)
  await declare(served, alpha, 'ip4/10.1.0.0/24', { kind: 'route', origin: 64512 })
  const zone = { kind: 'rdns', ns: ['ns1.example.net', 'ns2.example.net'], ds: [] }
  await declare(served, alpha, 'ip4/10.2.1.0/24', zone, 'ip4/10.2.0.0/22')
  await grant(served, alpha, beta, '10.1.0.64 - 10.1.0.159')
  await declare(served, alpha, 'ip4/10.1.0.0/24', { kind: 'route', origin: 64513 })
  registry.advance(60)
  const until = addSeconds(registry.now, 86_400)
  await served.act('lock/1', { step: 'lock', holder: alpha.handle, until, releaseSeconds: null }, alpha, [
    { member: `obj/holder/${alpha.handle}#lockedUntil`, hash: null },
    { member: `obj/holder/${alpha.handle}#lockReleaseSeconds`, hash: null },
  ])
  await served.act('confirm/1', { holder: beta.handle }, beta)
  return { alpha, beta }
}

/** A part that is no prefix, for a customer with a handle. */
async function grant(served: ServedRegistry, from: TestHolder, to: TestHolder, range: string): Promise<void> {
  const key = 'ip4/10.1.0.0/24'
  const { id, replaced } = held(served.registry, key)
  const body = {
    step: 'grant',
    parent: from.handle,
    registration: { key, id },
    range,
    child: to.handle,
    kind: 'sub',
    status: 'assigned',
    until: null,
    protected: false,
    country: null,
  }
  const { registry } = served
  await registry.accepted(registry.request('delegate/1', body, [replaced]), [from.signer, to.signer])
}
