/**
 * Two real registries. A number is never held in both and never lost between them, whichever side stops at whichever
 * write step; both show what is under way (docs/decisions/0010-transfers-between-registries.md).
 */

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { objectKey } from '@cadastre/records'
import type { TestHolder } from '@cadastre/simulator'
import { Move, STEPS } from './move.ts'
import { Side, type Standing } from './side.ts'

/** The latest checkpoints of both at one moment: whoever looks at both then sees this. */
type Seen = { readonly source: Standing; readonly recipient: Standing }

suite('between registries', () => {
  let west: Side
  let east: Side
  let seller: TestHolder
  let buyer: TestHolder
  let block = 0

  before(async () => {
    west = await Side.begin('west.example/log', [
      { handle: 'IP4', space: 'ip4', range: '10.0.0.0 - 10.255.255.255', open: true },
    ])
    east = await Side.begin('east.example/log', [
      { handle: 'IP4', space: 'ip4', range: '172.16.0.0/12', open: true },
    ])
    await west.list(east, 'https://rdap.east.example/')
    await east.list(west)
    seller = await west.holder('Seller')
    buyer = await east.holder('Buyer')
  })
  after(async () => {
    await west.end()
    await east.end()
  })

  async function begin(): Promise<Move> {
    block += 1
    const at = `ip4/10.${block >> 8}.${block & 255}.0/24`
    await west.allocate(seller, 'IP4', at)
    return new Move({ from: west, to: east, seller, buyer, block: at })
  }

  /** What both say at each checkpoint that either of them publishes. */
  function watch(move: Move, seen: Seen[]): () => void {
    const look = (): void => {
      const [source, recipient] = [move.from, move.to].map((side) => standing(side, move.block))
      if (source === null || recipient === null || source === undefined || recipient === undefined) return
      seen.push({ source, recipient })
    }
    move.from.onPublished = look
    move.to.onPublished = look
    return look
  }

  /** Null while the side is not running. */
  function standing(side: Side, key: string): Standing | null {
    try {
      return side.standing(key)
    } catch (error) {
      if (error instanceof Error && /closed|published yet/.test(error.message)) return null
      throw error
    }
  }

  function assertNeverBothNeverNeither(seen: readonly Seen[]): void {
    for (const { source, recipient } of seen) {
      if (source.kind === 'holding') {
        assert.notEqual(recipient.kind, 'holding', 'held in both')
        continue
      }
      // Gone from the source: by then the recipient is bound, and can only complete.
      assert.deepEqual([source.kind, source.elsewhere], ['moved-out', 'east.example/log'])
      const here = recipient.kind === 'holding' || recipient.elsewhere === 'west.example/log'
      assert.ok(here, `lost: ${JSON.stringify({ source, recipient })}`)
    }
  }

  test('a move: each state is public on both sides, with the hash of what the other said', async () => {
    const move = await begin()
    const seen: Seen[] = []
    watch(move, seen)
    assert.equal(await move.do('init'), null)
    assert.deepEqual([move.source?.state, move.recipient], ['sourceInitialized', null])
    assert.equal(west.standing(move.block).holder, seller.handle)
    assert.equal(await move.do('accept'), null)
    assert.equal(move.recipient?.state, 'recipientAccepted')
    assert.ok(move.recipient.statement)
    assert.deepEqual(east.standing(move.block), {
      kind: 'moved-out',
      holder: null,
      elsewhere: 'west.example/log',
    })
    assert.equal(await move.do('finalize'), null)
    assert.equal(move.source?.state, 'sourceFinalized')
    assert.ok(move.source.statement)
    assert.deepEqual(west.standing(move.block), {
      kind: 'moved-out',
      holder: null,
      elsewhere: 'east.example/log',
    })
    assert.equal(await move.do('complete'), null)
    assert.equal(move.recipient.state, 'recipientCompleted')
    assert.equal(east.standing(move.block).holder, buyer.handle)
    assertNeverBothNeverNeither(seen)
  })

  test('cancelled by the source before or after acceptance: the numbers stay, the recipient follows', async () => {
    for (const accepted of [false, true]) {
      const move = await begin()
      assert.equal(await move.do('init'), null)
      const old = move.sourceWord()
      if (accepted) assert.equal(await move.do('accept'), null)
      assert.equal(await move.do('cancel-out'), null)
      assert.equal(move.source?.state, 'sourceCancelled')
      assert.equal(west.standing(move.block).holder, seller.handle)
      if (!accepted) {
        assert.equal(await move.do('accept'), 'statement-differs')
        // An old word of the source binds the recipient to nothing that could ever become final.
        const { request, signers } = move.prepare('accept')
        assert.equal(await east.act(request, signers, old), null)
      }
      assert.equal(await move.do('finalize'), 'transit-closed')
      assert.equal(await move.do('complete'), 'statement-differs')
      assert.equal(await move.do('cancel-in'), null)
      assert.equal(move.recipient?.state, 'recipientCancelled')
      assert.equal(east.standing(move.block).kind, 'none')
      assert.equal(await move.do('accept'), 'transit-exists')
    }
  })

  test('the recipient cannot go back alone: only the source’s word ends what was accepted', async () => {
    const move = await begin()
    await move.do('init')
    await move.do('accept')
    assert.equal(await move.do('cancel-in'), 'statement-differs')
    await move.do('finalize')
    assert.equal(await move.do('cancel-in'), 'statement-differs')
    assert.equal(await move.do('cancel-out'), 'transit-closed')
    assert.equal(await move.do('complete'), null)
  })

  test('the source’s time passes without acceptance: it is cancelled by itself, and nothing is stuck', async () => {
    const move = await begin()
    await move.do('init')
    await move.do('accept')
    west.registry.advance(15 * 86400)
    east.registry.advance(15 * 86400)
    assert.equal(await move.do('finalize'), 'transit-closed')
    assert.equal(move.source?.state, 'sourceCancelled')
    assert.equal(await move.do('cancel-in'), null)
    const again = new Move({ from: west, to: east, seller, buyer, block: move.block })
    for (const step of STEPS) assert.equal(await again.do(step), null, step)
    assert.notEqual(again.handle, move.handle)
  })

  test('there and back again; an old word completes nothing twice', async () => {
    const move = await begin()
    for (const step of STEPS.slice(0, 3)) assert.equal(await move.do(step), null, step)
    const { request, word } = move.prepare('complete')
    assert.equal(await east.act(request, [], word), null)
    const back = new Move({ from: east, to: west, seller: buyer, buyer: seller, block: move.block })
    for (const step of STEPS) assert.equal(await back.do(step), null, step)
    assert.equal(west.standing(move.block).holder, seller.handle)
    assert.deepEqual(east.standing(move.block), {
      kind: 'moved-out',
      holder: null,
      elsewhere: 'west.example/log',
    })
    assert.equal(await east.act(move.prepare('complete').request, [], word), 'transit-closed')
    const cancelled = new Move({ from: west, to: east, seller, buyer, block: move.block })
    for (const step of ['init', 'accept', 'cancel-out', 'cancel-in'] as const)
      assert.equal(await cancelled.do(step), null, step)
    // What had gone before stays gone.
    assert.equal(east.standing(move.block).elsewhere, 'west.example/log')
    const last = new Move({ from: west, to: east, seller, buyer, block: move.block })
    for (const step of STEPS) assert.equal(await last.do(step), null, step)
  })

  test('a word of another record, another registry or another key moves nothing', async () => {
    const move = await begin()
    await move.do('init')
    const accept = move.prepare('accept')
    assert.equal(await east.act(accept.request, accept.signers, null), 'statement-missing')
    const other = west.word(objectKey('transit', 'T-9999'))
    assert.equal(await east.act(move.prepare('accept').request, accept.signers, other), 'statement-missing')
    const word = move.sourceWord()
    const forged = { ...word, key: east.policy }
    assert.equal(await east.act(move.prepare('accept').request, accept.signers, forged), 'signature-invalid')
    const flipped = { ...word, sig: word.sig.replace(/index \d+/, 'index 1') }
    assert.equal(await east.act(move.prepare('accept').request, accept.signers, flipped), 'signature-invalid')
    assert.equal(await move.do('accept'), null)
    assert.equal(await move.do('cancel-out'), null)
  })

  for (const mode of ['failed', 'persisted'] as const)
    test(`every write step of every step ${mode}, then started again: never both, never neither`, async () => {
      for (const step of STEPS) {
        for (let n = 0, more = true; more; n++) {
          const move = await begin()
          const seen: Seen[] = []
          const look = watch(move, seen)
          for (const earlier of STEPS.slice(0, STEPS.indexOf(step)))
            assert.equal(await move.do(earlier), null)
          const { side, request, signers, word } = move.prepare(step)
          more = await side.crash(n, mode, request, signers, word)
          look()
          // Whoever is not sure sends it again.
          const refusal = await side.act(request, signers, word)
          assert.ok(refusal === null || refusal === 'already-accepted', `${step} ${n}: ${refusal}`)
          for (const later of STEPS.slice(STEPS.indexOf(step) + 1)) assert.equal(await move.do(later), null)
          assert.equal(east.standing(move.block).holder, buyer.handle)
          assert.equal(west.standing(move.block).elsewhere, 'east.example/log')
          assertNeverBothNeverNeither(seen)
          assert.ok(seen.length >= 4)
        }
      }
      await west.check()
      await east.check()
    })
})
