/**
 * The battery: what the port promises, run against each engine. An engine that passes may take the other's place.
 */

import { describe } from 'node:test'
import type { StatementHook, StoreReader, StoreWriter } from '../src/index.ts'
import { crashTests } from './battery-crash.ts'
import { faultTests } from './battery-faults.ts'
import { intakeTests } from './battery-intake.ts'
import { occupancyTests } from './battery-occupancy.ts'
import { openingTests } from './battery-opening.ts'
import { readingTests } from './battery-reading.ts'
import { rebuildTests } from './battery-rebuild.ts'
import { writingTests } from './battery-writing.ts'

/** An empty store of one engine, and ways around it that a test needs. */
export interface StoreUnderTest {
  openWriter(onStatement?: StatementHook): Promise<StoreWriter>
  openReader(): Promise<StoreReader>
  /** Runs SQL as somebody who goes around the store. */
  sql(statement: string): Promise<void>
  /** Inserts a row of occupied numbers, given in their text, with plain SQL. */
  occupy(space: 'ip4' | 'ip6' | 'asn', first: string, last: string): Promise<void>
  /** A program that opens the store and runs `writeUntilKilled`, as arguments of node. */
  readonly child: readonly string[]
  /** Words by which the store is named to a human. */
  readonly place: string
  destroy(): Promise<void>
}

export type OpenFresh = () => Promise<StoreUnderTest>

/** Runs all tests of a store under the engine's name. `openFresh` makes an empty store. */
export function runStoreBattery(name: string, openFresh: OpenFresh): void {
  describe(name, () => {
    for (const part of [
      openingTests,
      writingTests,
      readingTests,
      intakeTests,
      occupancyTests,
      rebuildTests,
      faultTests,
      crashTests,
    ])
      part((run) => async () => {
        const store = await openFresh()
        const opened: StoreReader[] = []
        const noted = <S extends StoreReader>(one: S): S => {
          opened.push(one)
          return one
        }
        try {
          await run({
            ...store,
            openWriter: async (hook) => noted(await store.openWriter(hook)),
            openReader: async () => noted(await store.openReader()),
          })
        } finally {
          // A test that failed has left some open, and an open connection keeps the process alive.
          for (const one of opened) await one.close()
          await store.destroy()
        }
      })
  })
}

/** Makes a test body of a function that takes a store of its own. */
export type WithStore = (run: (store: StoreUnderTest) => Promise<void>) => () => Promise<void>
