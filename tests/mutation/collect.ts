// A small stand-in for `node:test`: it collects tests, so that any of them can be run again at any time.

export interface CollectedTest {
  /** File and name, the file's counter before names that come twice. */
  readonly id: string
  readonly file: string
  readonly run: () => Promise<void>
}

/** What a test of ours may ask of its context. */
interface TestContext {
  readonly diagnostic: (message: string) => void
  readonly test: (name: string, body: TestBody) => Promise<void>
}
type TestBody = (context: TestContext) => unknown

const CONTEXT: TestContext = {
  diagnostic: () => undefined,
  test: async (_, body) => {
    await body(CONTEXT)
  },
}

/** The module `node:test` as one test file sees it. What is not in it is not supported, and fails when it is called. */
export interface TestModule {
  readonly test: (name: string, body: TestBody) => void
}

/** The stand-in for one test file, which adds what it collects to the list. */
export function collector(file: string, into: CollectedTest[]): TestModule {
  let count = 0
  return {
    test: (name, body) => {
      count += 1
      const run = async (): Promise<void> => {
        await body(CONTEXT)
      }
      into.push({ id: `${file}#${count} ${name}`, file, run })
    },
  }
}
