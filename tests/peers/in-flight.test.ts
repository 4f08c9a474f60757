// While numbers are on their way between two registries, each side's API and RDAP say so: the state, the other registry,
// and it stands in the history of the numbers (procedures.md, P6 and P8).

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createPortal } from '@cadastre/api'
import { createRdapHandler } from '@cadastre/rdap'
import { Move } from './move.ts'
import { Side } from './side.ts'

const west = await Side.begin('west.example/log', [
  { handle: 'IP4', space: 'ip4', range: '10.0.0.0 - 10.255.255.255', open: true },
])
const east = await Side.begin('east.example/log', [
  { handle: 'IP4', space: 'ip4', range: '172.16.0.0/12', open: true },
])
after(() => Promise.all([west.end(), east.end()]))
await west.list(east, 'https://rdap.east.example/')
await east.list(west)
const seller = await west.holder('Seller')
const buyer = await east.holder('Buyer')
const block = 'ip4/10.0.1.0/24'
await west.allocate(seller, 'IP4', block)
const move = new Move({ from: west, to: east, seller, buyer, block })

type Found = {
  readonly kind: string
  readonly state?: string
  readonly direction?: string
  readonly innermost?: {
    readonly transit: { readonly handle: string; readonly state: string; readonly other: string } | null
  } | null
}

async function look(side: Side, text: string): Promise<Found> {
  const found = await createPortal(side.registry.reader).lookup(text, { limit: 10, after: null })
  assert.ok(found.ok, text)
  return found.value
}

async function told(side: Side): Promise<readonly string[]> {
  const history = await createPortal(side.registry.reader).history(block, { limit: 20, before: null })
  return (history?.items ?? []).flatMap(({ changes }) => changes.map(({ summary }) => summary))
}

const rdap = async (side: Side): Promise<{ readonly status: number; readonly text: string }> =>
  createRdapHandler(side.registry.reader).handle('GET', '/ip/10.0.1.7')

test('begun: the source says where they go, and still answers for them', async () => {
  assert.equal(await move.do('init'), null)
  const found = await look(west, '10.0.1.0/24')
  assert.deepEqual(
    [found.innermost?.transit?.handle, found.innermost?.transit?.state, found.innermost?.transit?.other],
    [move.handle, 'sourceInitialized', 'east.example/log'],
  )
  const transit = await look(west, move.handle.toLowerCase())
  assert.deepEqual([transit.kind, transit.state, transit.direction], ['transit', 'sourceInitialized', 'out'])
  const lines = await told(west)
  assert.match(lines.join('\n'), /A move to east\.example\/log begins; until it is final/)
  assert.match(lines.join('\n'), new RegExp(`${move.handle} is under way on R-`))
  const { status, text } = await rdap(west)
  assert.equal(status, 200)
  assert.match(text, /pending transfer/)
  assert.match(text, /east\.example\/log.*sourceInitialized/)
})

test('accepted: the recipient says from where they come, and refers to the source', async () => {
  assert.equal(await move.do('accept'), null)
  const found = await look(east, '10.0.1.0/24')
  assert.deepEqual(
    [found.innermost?.transit?.handle, found.innermost?.transit?.state, found.innermost?.transit?.other],
    [move.arrival, 'recipientAccepted', 'west.example/log'],
  )
  const transit = await look(east, move.arrival)
  assert.deepEqual([transit.kind, transit.state, transit.direction], ['transit', 'recipientAccepted', 'in'])
  assert.match((await told(east)).join('\n'), /A move from west\.example\/log is accepted/)
  const { status, text } = await rdap(east)
  assert.equal(status, 404)
  assert.match(text, /on their way here/)
})

test('final and complete: the history of both keeps it, and nothing is under way any more', async () => {
  assert.equal(await move.do('finalize'), null)
  assert.equal(await move.do('complete'), null)
  assert.equal((await look(west, '10.0.1.0/24')).innermost?.transit, null)
  assert.equal((await look(east, '10.0.1.0/24')).innermost?.transit, null)
  assert.match((await told(west)).join('\n'), /The move to east\.example\/log is final: they are held there/)
  assert.match((await told(east)).join('\n'), /The move from west\.example\/log is complete/)
  assert.equal((await look(west, move.handle)).state, 'sourceFinalized')
  assert.equal((await look(east, move.arrival)).state, 'recipientCompleted')
})

test('other numbers do not tell of it', async () => {
  const history = await createPortal(west.registry.reader).history('ip4/10.0.2.0/24', {
    limit: 20,
    before: null,
  })
  assert.ok(!JSON.stringify(history).includes(move.handle))
})
