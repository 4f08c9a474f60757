// A question that is always answered more slowly than others: told from one that was slow by chance, without a clock.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Channel } from '../../src/services/asking.ts'
import type { Asker } from '../../src/services/compare.ts'
import type { Question } from '../../src/services/questions.ts'
import { Timing } from '../../src/services/timing.ts'

const question = (text: string): Question => ({ service: 'rdap', text })

/** An asker whose answers take as long as they are said to, each time in turn and the last one from then on. */
function askerOf(times: { readonly [text: string]: readonly number[] }, length = 100): Asker {
  const asked = new Map<string, number>()
  const channel: Channel = {
    ask: async (text) => {
      const count = asked.get(text) ?? 0
      asked.set(text, count + 1)
      const own = times[text] ?? [5]
      const milliseconds = own[Math.min(count, own.length - 1)] ?? 5
      return { kind: 'answer', status: 200, text: 'x'.repeat(length), location: null, milliseconds }
    },
    close: () => undefined,
  }
  return { from: '127.0.0.1', channels: { rdap: channel, whois: channel, proof: channel, api: channel } }
}

async function slower(
  times: { readonly [text: string]: readonly number[] },
  length = 100,
): Promise<readonly string[]> {
  const asker = askerOf(times, length)
  const timing = new Timing()
  for (let index = 0; index < 100; index++) {
    const asked = question(`/ip/10.0.${index}.0/24`)
    const answer = await asker.channels.rdap.ask(asked.text)
    if (answer.kind === 'answer') timing.note(asker, asked, answer)
  }
  const findings = await timing.findings()
  return findings.map(({ code, question: text }) => `${code} ${text}`)
}

test('a question that always takes longer', async () => {
  assert.deepEqual(await slower({ '/ip/10.0.7.0/24': [300] }), ['slower /ip/10.0.7.0/24'])
  assert.deepEqual(await slower({ '/ip/10.0.7.0/24': [60], '/ip/10.0.8.0/24': [90] }), [
    'slower /ip/10.0.8.0/24',
    'slower /ip/10.0.7.0/24',
  ])
})

test('what was slow once, or a little, or is long, is no finding', async () => {
  assert.deepEqual(await slower({ '/ip/10.0.7.0/24': [300, 5] }), [])
  assert.deepEqual(await slower({ '/ip/10.0.7.0/24': [300, 300, 300, 300, 12] }), [])
  assert.deepEqual(await slower({ '/ip/10.0.7.0/24': [18] }), [])
  assert.deepEqual(await slower({ '/ip/10.0.7.0/24': [300] }, 40_000), [])
})
