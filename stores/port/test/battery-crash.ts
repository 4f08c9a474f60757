import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { Json } from '@cadastre/records'
import type { Batch, StoreWriter } from '../src/index.ts'
import type { StoreUnderTest, WithStore } from './battery.ts'
import { assertHolds, SampleLog } from './sample-log.ts'
import { at, cell, holder, intakeItem, opening } from './samples.ts'

const ROUNDS = 8

/** Step `n` of the story that the child writes and the parent knows. */
function story(log: SampleLog, n: number): Batch {
  const held = cell({ kind: 'holding', first: '10.0.0.0', last: '10.0.0.255' })
  const effects: [string, Json][] = [
    [`ip4/10.${(n >> 8) & 255}.${n & 255}.0/24`, held],
    [`obj/holder/H-${n % 10}`, holder(`H-${n % 10}`, `Name ${n}`)],
  ]
  return log.append([{ effects, seq: n }, { effects: [] }], at(n), [opening(n).commitment])
}

/** Replays the story up to a size of the log. */
function storyOf(size: number): { readonly log: SampleLog; readonly next: number } {
  const log = new SampleLog()
  let n = 0
  while (log.entries.length < size) story(log, n++)
  assert.equal(log.entries.length, size, 'the store holds part of a batch')
  return { log, next: n }
}

/**
 * What the child does: goes on with the story where the store stands, saying each step on standard output once the
 * store has acknowledged it, until it is killed.
 */
export async function writeUntilKilled(writer: StoreWriter): Promise<never> {
  const { log, next } = storyOf((await writer.head())?.size ?? 0)
  for (let n = next; ; n++) {
    if ((await writer.receiptBySeq(n)) === null) await writer.intake([intakeItem(n, [opening(n)])])
    writeSync(1, `received ${n}\n`)
    await writer.commit(story(log, n))
    writeSync(1, `committed ${log.entries.length}\n`)
  }
}

/** Runs the child until it has said `lines` lines, kills it with SIGKILL, and gives all that it said. */
async function killAfter(store: StoreUnderTest, lines: number): Promise<string[]> {
  const child: ChildProcess = spawn(process.execPath, store.child, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const said: string[] = []
  assert.ok(child.stdout !== null)
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    if (said.length === lines) child.kill('SIGKILL')
  }
  await ended
  assert.equal(child.signalCode, 'SIGKILL', 'the child ended by itself')
  return said
}

/** kill -9 loses nothing that was acknowledged, and leaves no half of anything (design.md section 8). */
export function crashTests(withStore: WithStore): void {
  test(
    `kill -9 of the writer in the middle of its work, ${ROUNDS} times`,
    withStore(async (store) => {
      for (let round = 0; round < ROUNDS; round++) {
        const said = await killAfter(store, 3 + ((round * 7) % 12))
        const received = Math.max(...said.map((line) => Number(/^received (\d+)$/.exec(line)?.[1] ?? -1)))
        const committed = Math.max(...said.map((line) => Number(/^committed (\d+)$/.exec(line)?.[1] ?? -1)))
        // The fence has died with its holder.
        const writer = await store.openWriter()
        const head = await writer.head()
        assert.ok((head?.size ?? 0) >= committed, 'an acknowledged batch is lost')
        const { log, next } = storyOf(head?.size ?? 0)
        await assertHolds(writer, log)
        const last = (await writer.lastReceipt())?.seq ?? -1
        assert.ok(last >= received, 'an acknowledged receipt is lost')
        assert.ok(last === next - 1 || last === next)
        for (let n = 0; n <= last; n++)
          assert.equal((await writer.receiptBySeq(n))?.index, n < next ? 3 * n : null)
        const waiting = last === next ? [intakeItem(next, [opening(next)])] : []
        assert.deepEqual(await writer.undecided(), waiting)
        await writer.close()
      }
    }),
  )
}
