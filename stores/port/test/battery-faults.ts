import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch, StatementHook, StoreWriter } from '../src/index.ts'
import type { StoreUnderTest, WithStore } from './battery.ts'
import { assertHolds, SampleLog } from './sample-log.ts'
import { application, at, cell, holder, intakeItem, opening } from './samples.ts'

class InjectedFault extends Error {
  override readonly name: string = 'InjectedFault'
}

/** Throws once: before or after the `n`-th statement from the moment it is armed. */
class Fault {
  readonly #n: number
  readonly when: 'before' | 'after'
  #seen = 0
  armed = false
  /** The statement that broke. */
  broken: string | null = null

  constructor(n: number, when: 'before' | 'after') {
    this.#n = n
    this.when = when
  }

  readonly hook: StatementHook = (statement, when) => {
    if (!this.armed || when !== this.when || this.broken !== null || this.#seen++ < this.#n) return
    this.broken = statement
    throw new InjectedFault(statement)
  }
}

/** The n-th batch of a log in which each batch takes the same steps: a decision, an erasure, every projection. */
function nextBatch(log: SampleLog, n: number): Batch {
  const cellAt = (m: number): string => `ip4/10.${m >> 8}.${m & 255}.0/24`
  const held = cell({ kind: 'quarantined', first: '10.0.0.0', last: '10.0.0.255', until: at(n + 5) })
  const effects: [string, ReturnType<typeof cell> | null][] = [
    [cellAt(n), null],
    [cellAt(n + 1), held],
    ['obj/holder/H-1', holder('H-1', `Name ${n}`)],
    ['obj/application/A-1', application('A-1', 'cooling', at(n + 9))],
  ]
  return log.append([{ effects, seq: n }], at(n), [opening(n).commitment])
}

/**
 * Breaks each statement of a step in turn, opens the store again, lets `settle` bring the model to what must be true
 * now, and checks everything. Ends when the step has no statement left to break.
 */
async function breakEachStatement(
  store: StoreUnderTest,
  act: (writer: StoreWriter, n: number) => Promise<unknown>,
  settle: (writer: StoreWriter, n: number, fault: Fault) => Promise<void>,
): Promise<string[]> {
  const broken: string[] = []
  let step = 1
  for (const when of ['before', 'after'] as const) {
    for (let n = 0; ; n++, step++) {
      const fault = new Fault(n, when)
      const writer = await store.openWriter(fault.hook)
      fault.armed = true
      if (await failsByFault(() => act(writer, step))) assert.ok(fault.broken !== null)
      else if (fault.broken !== null) assert.fail(`the fault in ${fault.broken} was swallowed`)
      await writer.close()
      const again = await store.openWriter()
      await settle(again, step, fault)
      await again.close()
      if (fault.broken === null) break
      broken.push(`${when} ${fault.broken}`)
    }
    step++
  }
  return broken
}

async function failsByFault(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return false
  } catch (error) {
    if (error instanceof InjectedFault) return true
    throw error
  }
}

/** Every write step broken twice: failed, and failed but persisted (design.md section 8). */
export function faultTests(withStore: WithStore): void {
  test(
    'a commit broken at any statement is wholly there or wholly absent',
    withStore(async (store) => {
      const log = new SampleLog()
      const first = await store.openWriter()
      await first.commit(
        log.append(
          Array.from({ length: 230 }, () => ({ effects: [] })),
          at(0),
        ),
      )
      await first.intake(Array.from({ length: 400 }, (_, n) => intakeItem(n + 1, [opening(n + 1)])))
      await first.close()
      let before = log.head
      let batch: Batch
      const broken = await breakEachStatement(
        store,
        (writer, n) => {
          batch = nextBatch(log, n)
          return writer.commit(batch)
        },
        async (writer, n, fault) => {
          const persisted = fault.broken === null || (await writer.head())?.size !== before?.size
          assert.equal(persisted, fault.broken === null || isPersisted(fault))
          assert.equal((await writer.receiptBySeq(n))?.index, persisted ? before?.size : null)
          assert.equal((await writer.openings([opening(n).commitment])).length, persisted ? 0 : 1)
          if (!persisted) assert.equal(await writer.commit(batch), 'committed')
          await assertHolds(writer, log)
          assert.equal(await writer.nextDue(), at(n + 5))
          before = log.head
        },
      )
      assert.ok(broken.some((statement) => statement.startsWith('after COMMIT')))
      assert.ok(broken.length >= 20, `only ${broken.length} statements were broken`)
      assert.ok(log.entries.length > 256, 'no tile was completed on the way')
    }),
  )

  test(
    'an intake broken at any statement is wholly there or wholly absent',
    withStore(async (store) => {
      let next = 1
      const broken = await breakEachStatement(
        store,
        (writer) => writer.intake([intakeItem(next, [opening(next)]), intakeItem(next + 1)]),
        async (writer, _, fault) => {
          const last = (await writer.lastReceipt())?.seq ?? 0
          assert.equal(last, fault.broken === null || isPersisted(fault) ? next + 1 : next - 1)
          const waiting = (await writer.undecided()).map(({ seq }) => seq)
          assert.deepEqual(
            waiting,
            Array.from({ length: last }, (__, n) => n + 1),
          )
          next = last + 1
        },
      )
      assert.ok(broken.some((statement) => statement.startsWith('after COMMIT')))
    }),
  )

  test(
    'a checkpoint saved with a fault at any statement is there or absent',
    withStore(async (store) => {
      const sizes: number[] = []
      await breakEachStatement(
        store,
        (writer, n) => writer.savePublished({ size: n, note: `${n}\n`, at: at(n) }),
        async (writer, n, fault) => {
          if (fault.broken === null || isPersisted(fault)) sizes.push(n)
          assert.deepEqual(
            (await writer.checkpoints()).map(({ size }) => size),
            sizes,
          )
        },
      )
      assert.ok(sizes.length > 2)
    }),
  )

  test(
    'a rebuild broken at any statement leaves the tables as they were, or right',
    withStore(async (store) => {
      const log = new SampleLog()
      const first = await store.openWriter()
      await first.intake([intakeItem(1, [opening(1)])])
      await first.commit(nextBatch(log, 1))
      await first.close()
      await breakEachStatement(
        store,
        async (writer) => {
          await store.sql('DELETE FROM touched')
          await store.sql('DELETE FROM due')
          await writer.rebuild(() => undefined)
        },
        async (writer, _, fault) => {
          const right = fault.broken === null || isPersisted(fault)
          assert.equal((await writer.touched(['obj/holder/H-1'], 9, 9)).length, right ? 1 : 0)
          assert.equal(await writer.nextDue(), right ? at(6) : null)
        },
      )
    }),
  )

  test(
    'opening a writer broken at any statement leaves a store that opens',
    withStore(async (store) => {
      for (const when of ['before', 'after'] as const) {
        for (let n = 0; ; n++) {
          const fault = new Fault(n, when)
          fault.armed = true
          if (!(await failsByFault(async () => (await store.openWriter(fault.hook)).close()))) break
        }
      }
      const writer = await store.openWriter()
      await assertHolds(writer, new SampleLog())
      await writer.close()
    }),
  )
}

/** Whether the broken step was done all the same: only a commit that failed after the fact. */
function isPersisted(fault: Fault): boolean {
  return fault.broken === 'COMMIT' && fault.when === 'after'
}
