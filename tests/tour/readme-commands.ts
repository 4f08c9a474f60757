/** The commands of README, read from README: what stands there is what runs. */

import { readFile } from 'node:fs/promises'

/** The `sh` blocks under a heading, in order. */
export async function commandsUnder(heading: string): Promise<readonly string[]> {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const section = readme.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`README has no section "${heading}"`)
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
}
