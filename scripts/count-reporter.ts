// A reporter of node's test runner that writes its final counts as JSON, so that several runs can be summed.

import type { TestEvent } from 'node:test/reporters'

// biome-ignore lint/style/noDefaultExport: node's test runner takes a reporter from the default export
export default async function* countReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    // Each isolated file has a summary of its own; the whole run's has no file.
    if (event.type === 'test:summary' && event.data.file === undefined)
      yield JSON.stringify(event.data.counts)
  }
}
