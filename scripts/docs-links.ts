// Checks that every relative link of the project's Markdown leads to a file, and every anchor to a heading.

import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** GitHub's anchor of a heading: lower case, punctuation dropped, spaces to hyphens. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')

const withoutCode = (text: string): string =>
  text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '')

function anchors(text: string): Set<string> {
  const found = new Set<string>()
  for (const [, heading = ''] of text
    .replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
    .matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)) {
    const anchor = anchorOf(heading)
    let unique = anchor
    for (let n = 1; found.has(unique); n++) unique = `${anchor}-${n}`
    found.add(unique)
  }
  for (const [, id = ''] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) found.add(id)
  return found
}

/** What is wrong with one link of a page, or undefined. `page` and `target` are relative to the project's root. */
function fault(page: string, target: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined // another site's address: not checked here
  const [path = '', anchor] = decodeURIComponent(target).split('#', 2)
  const file = path === '' ? page : normalize(join(dirname(page), path))
  if (file.startsWith('..')) return 'leads out of the project'
  if (!existsSync(file)) return 'no such file'
  if (anchor === undefined || statSync(file).isDirectory() || !file.endsWith('.md')) return undefined
  return anchors(readFileSync(file, 'utf8')).has(anchor) ? undefined : `no heading #${anchor}`
}

/** Broken links of a page, one sentence each. */
export function brokenLinks(page: string, text: string): string[] {
  const prose = withoutCode(text)
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)].map(
    ([, target = '']) => target,
  )
  const reference = [...prose.matchAll(/^\s*\[[^\]]+\]:\s+(\S+)/gm)].map(([, target = '']) => target)
  return [...inline, ...reference].flatMap((target) => {
    const wrong = fault(page, target)
    return wrong === undefined ? [] : [`${page}: ${target}: ${wrong}`]
  })
}

if (import.meta.main) {
  const pages = globSync('**/*.md', {
    exclude: (path) => path === 'node_modules' || path.endsWith('/node_modules'),
  })
  const broken = pages.flatMap((page) => brokenLinks(page, readFileSync(page, 'utf8')))
  for (const line of broken) console.error(line)
  console.log(`${pages.length} pages, ${broken.length} broken links`)
  process.exitCode = broken.length === 0 ? 0 : 1
}
