/** Every write step is broken, failed and failed-but-persisted, then the registry is reopened and checked end to end. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { InjectedFault, MODES, type Mode, Sabotage } from './sabotage.ts'
import { Story } from './story.ts'

/** Open, submit and let publish, while step `n` breaks. */
async function actWithFault(story: Story, sabotage: Sabotage): Promise<void> {
  const registry = await story.open(sabotage.options)
  await story.rest(registry)
  sabotage.armed = true
  const all = await story.submit(registry, 2)
  await story.rest(registry)
  const { failure } = registry.registrar
  if (sabotage.broken === null) assert.ok(all && failure === null)
  else assert.ok(failure instanceof InjectedFault, `${sabotage.broken} was swallowed`)
  await registry.stop()
}

function steps(broken: readonly string[], pattern: RegExp): number {
  return broken.filter((step) => pattern.test(step)).length
}

/** Break each write step in turn, each time of a fresh copy of the registry; gives the steps' names. */
async function breakEach(
  story: Story,
  mode: Mode,
  act: (copy: Story, sabotage: Sabotage) => Promise<void>,
): Promise<string[]> {
  const broken: string[] = []
  for (let n = 0; ; n++) {
    const sabotage = new Sabotage(n, mode)
    const copy = await story.copy()
    try {
      await act(copy, sabotage)
      await copy.check()
    } finally {
      await copy.end()
    }
    if (sabotage.broken === null) return broken
    broken.push(sabotage.broken)
  }
}

// Most of the time goes into waiting for the disk.
suite('write steps broken', { concurrency: MODES.length * 2 }, () => {
  for (const mode of MODES) {
    test(`every write step of an act ${mode}: nothing receipted is lost, nothing published is contradicted`, async () => {
      const story = await Story.begin()
      try {
        // The act fills the first tile, so that every kind of file is written.
        await story.grow(254)
        const broken = await breakEach(story, mode, actWithFault)
        for (const file of ['tile/entries/000', 'tile/0/000', 'tile/1/000.p/1', 'checkpoint'])
          assert.equal(broken.filter((step) => step === file).length, 1, file)
        if (mode === 'torn') return
        assert.ok(steps(broken, /^COMMIT$/) >= 3, 'intake, batch, published checkpoint')
        for (const step of ['guard', 'partial tiles', 'flush of directories'])
          assert.ok(broken.includes(step), step)
        assert.ok(broken.length > 25, `only ${broken.length} steps were broken`)
      } finally {
        await story.end()
      }
    })

    test(`every write step of a start after a crash ${mode}: the next start finishes it`, async () => {
      const story = await Story.begin()
      try {
        await leaveUnfinished(story)
        const broken = await breakEach(story, mode, (copy, sabotage) => {
          sabotage.armed = true
          return startWithFault(copy, sabotage)
        })
        assert.ok(steps(broken, /^tile\//) > 0 && steps(broken, /^checkpoint$/) >= 1)
      } finally {
        await story.end()
      }
    })
  }
})

/** A crash between commit and publication, and one between receipt and decision. */
async function leaveUnfinished(story: Story): Promise<void> {
  for (const step of ['guard', 'COMMIT']) {
    const sabotage = new StepSabotage(step)
    const registry = await story.open(sabotage.options)
    sabotage.armed = step === 'guard'
    await story.rest(registry)
    sabotage.armed = true
    await story.submit(registry, 2)
    await story.rest(registry)
    await registry.stop()
  }
}

/** Breaks the first step of a name: the guard before it is written, a commit after it was done. */
class StepSabotage extends Sabotage {
  readonly #step: string

  constructor(step: string) {
    super(0, step === 'guard' ? 'failed' : 'persisted')
    this.#step = step
  }

  override statement(sql: string, when: 'before' | 'after'): void {
    if (sql === this.#step) super.statement(sql, when)
  }

  override write<T>(step: string, whole: () => Promise<T>, half?: () => Promise<void>): Promise<T> {
    return step === this.#step ? super.write(step, whole, half) : whole()
  }
}

async function startWithFault(story: Story, sabotage: Sabotage): Promise<void> {
  try {
    const registry = await story.open(sabotage.options)
    await story.rest(registry)
    const { failure } = registry.registrar
    assert.ok(failure === null ? sabotage.broken === null : failure instanceof InjectedFault)
    await registry.stop()
  } catch (error) {
    if (!(error instanceof InjectedFault)) throw error
  }
}
