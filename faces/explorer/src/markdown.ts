/**
 * The procedures' pages are Markdown in a small dialect: headings, paragraphs, lists, tables, code, emphasis, links.
 * This renders that dialect; everything else shows as the text it is. All text is escaped.
 */

const ESCAPES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ESCAPES[character] ?? character)
}

/** Code spans first: nothing inside them is markup. Links to other pages of procedures lead there. */
function inline(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map((piece) =>
      /^`[^`]+`$/.test(piece) ? `<code>${escaped(piece.slice(1, -1))}</code>` : emphasised(piece),
    )
    .join('')
}

function emphasised(text: string): string {
  return escaped(text)
    .replaceAll(/\[([^\]]+)\]\(([^)\s]+)\)/g, (_, words: string, target: string) => link(words, target))
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/\*([^*]+)\*/g, '<em>$1</em>')
}

/** Only addresses of the web and sibling pages become links. */
function link(words: string, target: string): string {
  const sibling = /^(?:\.\/)?([a-z][a-z-]*)\.md(?:#.*)?$/.exec(target)?.[1]
  if (sibling !== undefined) return `<a href="/procedures/${sibling}">${words}</a>`
  return /^https?:\/\//.test(target) ? `<a href="${target}">${words}</a>` : words
}

function table(lines: readonly string[]): string {
  const cells = (line: string): readonly string[] =>
    line
      .replace(/^\s*\|/, '')
      .replace(/\|\s*$/, '')
      .split('|')
      .map((cell) => inline(cell.trim()))
  const [head = '', , ...body] = lines
  const row = (line: string): string =>
    `<tr>${cells(line)
      .map((cell) => `<td>${cell}</td>`)
      .join('')}</tr>`
  const top = cells(head)
    .map((cell) => `<th scope="col">${cell}</th>`)
    .join('')
  return `<div class="scroll" tabindex="0" role="group" aria-label="Table"><table><thead><tr>${top}</tr></thead><tbody>${body.map(row).join('')}</tbody></table></div>`
}

function block(text: string): string {
  const lines = text.split('\n')
  const [first = ''] = lines
  const heading = /^(#{1,4}) (.*)$/.exec(first)
  if (heading !== null) {
    const [, marks = '#', words = ''] = heading
    const rest = lines.slice(1).join('\n').trim()
    return `<h${marks.length}>${inline(words)}</h${marks.length}>${rest === '' ? '' : block(rest)}`
  }
  if (first.startsWith('|') && lines.length > 1) return table(lines)
  const item = /^(?:[-*]|(\d+)\.) /
  if (item.test(first)) {
    const tag = /^\d/.test(first) ? 'ol' : 'ul'
    const items = text.split(/\n(?=(?:[-*]|\d+\.) )/)
    return `<${tag}>${items.map((one) => `<li>${inline(one.replace(item, ''))}</li>`).join('')}</${tag}>`
  }
  return `<p>${inline(text)}</p>`
}

/** HTML of a page. */
export function markdownHtml(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split(/(^```[\s\S]*?^```[^\n]*$)/m)
    .map((piece) =>
      piece.startsWith('```')
        ? `<pre tabindex="0">${escaped(piece.split('\n').slice(1, -1).join('\n'))}</pre>`
        : piece
            .split(/\n{2,}/)
            .filter((part) => part.trim() !== '')
            .map((part) => block(part.trim()))
            .join('\n'),
    )
    .join('\n')
}
