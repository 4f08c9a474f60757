import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { blockOfKey } from '../src/facts.ts'
import { markdownHtml } from '../src/markdown.ts'
import { placeInside, spanOf } from '../src/strip.ts'
import { count, relative } from '../src/words.ts'

test('blocks of record keys, as people write them', () => {
  const cases = [
    ['ip4/192.0.2.0/24', '192.0.2.0/24'],
    ['ip4/192.0.2.7/32', '192.0.2.7'],
    ['ip6/2001:db8::/32', '2001:db8::/32'],
    ['ip6/2001:db8::7/128', '2001:db8::7'],
    ['asn/64496/32', 'AS64496'],
    ['asn/64496/28', 'AS64496 - AS64511'],
  ]
  for (const [key = '', text] of cases) assert.equal(blockOfKey(key), text)
})

test('places inside a block: shares of its width, nested ones deeper, thin ones still visible', () => {
  const items = ['ip4/192.0.2.0/25', 'ip4/192.0.2.0/26', 'ip4/192.0.2.192/26', 'ip4/192.0.2.255/32'].map(
    (key) => ({ key }),
  )
  assert.deepEqual(
    placeInside('ip4/192.0.2.0/24', items).map(({ from, width, depth }) => [from, width, depth]),
    [
      [0, 500, 0],
      [0, 250, 1],
      [750, 250, 0],
      [996.093, 3.906, 1],
    ],
  )
  assert.deepEqual(
    placeInside('ip6/2001:db8::/32', [{ key: 'ip6/2001:db8:ffff::/48' }]).map(({ from, width }) => [
      from,
      width,
    ]),
    [[997, 3]],
  )
  assert.equal(spanOf('asn/64496/28')?.size, 16n)
  assert.equal(spanOf('obj/holder/H-7'), null)
})

test('distances from the state shown, in the largest whole unit', () => {
  const state = '2026-01-03T00:00:00Z'
  assert.equal(relative('2026-01-02T00:00:00Z', state), '1 day before the state shown')
  assert.equal(relative('2024-01-02T00:00:00Z', state), '2 years before the state shown')
  assert.equal(relative('2026-01-03T00:00:10Z', state), '10 seconds after the state shown')
  assert.equal(relative(state, state), 'at the state shown')
  assert.equal(count(16_777_216), '16\u{202f}777\u{202f}216')
})

test('procedures’ Markdown: headings, lists, tables, code, emphasis, links to siblings', () => {
  const html = markdownHtml(
    '# A (`a/1`)\n\nSome *text*, [see](./b.md#x), [not](javascript:x).\n\n- one\n- **two**\n\n| h | i |\n|---|---|\n| `a|b` | c |\n\n```\n<raw>\n\nmore\n```\n',
  )
  for (const part of [
    '<h1>A (<code>a/1</code>)</h1>',
    '<em>text</em>, <a href="/procedures/b">see</a>, not.',
    '<ul><li>one</li><li><strong>two</strong></li></ul>',
    '<th scope="col">h</th>',
    '<pre tabindex="0">&lt;raw&gt;\n\nmore</pre>',
  ])
    assert.ok(html.includes(part), part)
})

test('no text makes markup of its own: every tag is one that the renderer writes', () => {
  const known =
    /^<\/?(?:h[1-4]|p|ul|ol|li|em|strong|code|pre tabindex="0"|pre|table|thead|tbody|tr|td|th scope="col"|th|div class="scroll" tabindex="0" role="group" aria-label="Table"|div|a href="[^"<>\s]*"|a)>$/
  fc.assert(
    fc.property(
      fc.array(
        fc.constantFrom(
          '<',
          '>',
          '"',
          '&',
          '*',
          '`',
          '[',
          ']',
          '(',
          ')',
          '|',
          '#',
          '-',
          '\n',
          ' ',
          'a',
          'https://x',
          'javascript:',
          '.md',
        ),
        { maxLength: 60 },
      ),
      (pieces) => {
        for (const [tag] of markdownHtml(pieces.join('')).matchAll(/<[^>]*>?/g)) assert.match(tag, known)
      },
    ),
  )
})
